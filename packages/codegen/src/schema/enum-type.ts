import type { TypeSchema } from "@rpc/core/contract";
import { describe } from "../read/doc.js";
import ts from "../typescript.cjs";
import type { Reading } from "./reading.js";

/** Whether a type is an enum as a whole, not some of its members. */
export function isWholeEnum(type: ts.Type): boolean {
  return Boolean(type.flags & ts.TypeFlags.EnumLike) && Boolean(enumOf(type)) && !isEnumMember(type);
}

/** Whether a type is one member of an enum that has others. */
export function isEnumMember(type: ts.Type): boolean {
  return (
    Boolean(type.flags & ts.TypeFlags.EnumLiteral) &&
    !type.isUnion() &&
    !(type.symbol.flags & ts.SymbolFlags.Enum)
  );
}

/** Reads an enum under its name. Its members' names are kept beside the values. */
export function readEnum(reading: Reading, type: ts.Type, at: ts.Node): TypeSchema {
  const symbol = type.symbol;
  return reading.types.refer(symbol, [], declarationName(symbol) ?? at, () => {
    const members = [...(symbol.exports?.values() ?? [])]
      .filter((member) => member.flags & ts.SymbolFlags.EnumMember)
      .map((member) => [member.name, constantOf(reading.checker, member)] as const);
    const values = members.map(([, value]) => value).filter((value) => value !== undefined);
    const doc = describe(reading.checker, symbol);
    // A member whose value is computed when the program runs leaves no set of values to tell.
    if (values.length < members.length) return { type: "number", ...doc };
    return { enum: [...new Set(values)], "x-enum": Object.fromEntries(members), ...doc };
  });
}

/** The enum that all of a union's enum members together make up, by symbol; the others are left out. */
export function wholeEnums(checker: ts.TypeChecker, parts: readonly ts.Type[]): Map<ts.Symbol, ts.Type> {
  const whole = new Map<ts.Symbol, ts.Type>();
  for (const part of parts.filter(isEnumMember)) {
    const declaration = part.symbol.valueDeclaration?.parent;
    const symbol =
      declaration && ts.isEnumDeclaration(declaration) && checker.getSymbolAtLocation(declaration.name);
    if (!symbol || whole.has(symbol)) continue;
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    if (type.isUnion() && type.types.every((member) => parts.includes(member))) whole.set(symbol, type);
  }
  return whole;
}

function enumOf(type: ts.Type): ts.Symbol | undefined {
  return type.symbol?.flags & ts.SymbolFlags.Enum ? type.symbol : undefined;
}

function constantOf(checker: ts.TypeChecker, member: ts.Symbol): string | number | undefined {
  const declaration = member.valueDeclaration;
  return declaration && ts.isEnumMember(declaration) ? checker.getConstantValue(declaration) : undefined;
}

function declarationName(symbol: ts.Symbol): ts.Node | undefined {
  return symbol.declarations?.find(ts.isEnumDeclaration)?.name;
}
