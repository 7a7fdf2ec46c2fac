import type { TypeSchema } from "@rpc/core/contract";
import { describe } from "../read/doc.js";
import ts from "../typescript.cjs";
import { readConstraints } from "./constraints.js";
import type { Reading } from "./reading.js";
import { writtenArguments } from "./written-type.js";

/** Reads an annotation that names one of the user's aliases, under that name; undefined for any other annotation. */
export function readAlias(reading: Reading, type: ts.Type, node: ts.TypeNode): TypeSchema | undefined {
  const name = ts.isTypeReferenceNode(node)
    ? node.typeName
    : ts.isImportTypeNode(node)
      ? node.qualifier
      : undefined;
  const symbol = name && resolve(reading.checker, name);
  if (symbol === undefined) return undefined;
  const args = symbol === type.aliasSymbol ? type.aliasTypeArguments : undefined;
  const { checker } = reading;
  return referToAlias(
    reading,
    symbol,
    args ?? writtenArguments(node).map((arg) => checker.getTypeFromTypeNode(arg)),
    type,
  );
}

/** Reads a type that the compiler itself still knows under an alias of the user's; undefined for any other. */
export function readAliasOf(reading: Reading, type: ts.Type): TypeSchema | undefined {
  const args = type.aliasTypeArguments ?? [];
  // `DeepPartial<string | undefined>` is what a mapped type comes by on its way, no name that anybody wrote.
  if (type.aliasSymbol === undefined || args.some((arg) => arg.isUnion() && arg.types.some(isUndefined)))
    return undefined;
  return referToAlias(reading, type.aliasSymbol, args, type);
}

function referToAlias(
  reading: Reading,
  symbol: ts.Symbol,
  args: readonly ts.Type[],
  type: ts.Type,
): TypeSchema | undefined {
  const declaration = symbol.declarations?.find(ts.isTypeAliasDeclaration);
  if (declaration === undefined || isForeign(reading, declaration)) return undefined;
  return reading.types.refer(symbol, args, declaration.name, () => {
    // The body of a generic alias speaks of its parameters, so only the type itself can be read.
    const body = declaration.typeParameters ? undefined : declaration.type;
    const schema =
      (body && readAlias(reading, type, body)) ?? reading.readUnnamed(type, body ?? declaration.name, body);
    return {
      ...schema,
      ...readConstraints(reading, schema, declaration),
      ...describe(reading.checker, symbol),
    };
  });
}

// Partial, Record and their like are tools, not names that anybody thinks in.
function isForeign({ program, core }: Reading, declaration: ts.TypeAliasDeclaration): boolean {
  if (program.isSourceFileDefaultLibrary(declaration.getSourceFile())) return true;
  return core.nameOf(declaration.name) !== undefined;
}

function isUndefined(type: ts.Type): boolean {
  return Boolean(type.flags & ts.TypeFlags.Undefined);
}

function resolve(checker: ts.TypeChecker, name: ts.Node): ts.Symbol | undefined {
  const symbol = checker.getSymbolAtLocation(name);
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}
