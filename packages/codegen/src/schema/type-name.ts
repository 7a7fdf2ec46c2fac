import { createHash } from "node:crypto";
import { pascalCase } from "../pascal-case.js";
import ts from "../typescript.cjs";
import { primitive } from "./primitive-type.js";

/** Name of a generic type with its arguments: `Page<Trade>` is `PageOfTrade`. */
export function nameOf(checker: ts.TypeChecker, name: string, args: readonly ts.Type[]): string {
  return args.length === 0 ? name : `${name}Of${args.map((arg) => wordFor(checker, arg)).join("And")}`;
}

function wordFor(checker: ts.TypeChecker, type: ts.Type): string {
  if (type.aliasSymbol) return nameOf(checker, type.aliasSymbol.name, type.aliasTypeArguments ?? []);
  if (checker.isArrayType(type))
    return `${wordFor(checker, checker.getTypeArguments(type as ts.TypeReference)[0]!)}List`;
  const { symbol } = type as { symbol?: ts.Symbol };
  if (symbol && symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.Enum)) {
    return nameOf(checker, symbol.name, argumentsOf(checker, type));
  }
  if (type.flags & ts.TypeFlags.Boolean) return "Boolean";
  if (type.isUnion())
    return type.types
      .map((part) => wordFor(checker, part))
      .sort()
      .join("Or");
  // Asking the compiler for its text costs as much as all the rest; a plain word is its own.
  if (
    type.isStringLiteral() &&
    !(type.flags & ts.TypeFlags.EnumLiteral) &&
    /^[\w-]*\w[\w-]*$/.test(type.value)
  )
    return pascalCase(type.value) || digest(`"${type.value}"`);
  const text = checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
  if (type.flags & (primitive | ts.TypeFlags.Any | ts.TypeFlags.Unknown))
    return pascalCase(text) || digest(text);
  return digest(text);
}

/** Arguments of an interface or class: its own, without the `this` that the compiler adds. */
export function argumentsOf(checker: ts.TypeChecker, type: ts.Type): readonly ts.Type[] {
  if (!((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference)) return [];
  const { target } = type as ts.TypeReference;
  return checker.getTypeArguments(type as ts.TypeReference).slice(0, target.typeParameters?.length ?? 0);
}

// A type without a name still needs a name that is the same on every machine.
function digest(text: string): string {
  return `Type${createHash("sha256").update(text).digest("hex").slice(0, 6)}`;
}
