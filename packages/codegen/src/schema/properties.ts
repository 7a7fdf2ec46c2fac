import type { TypeSchema } from "@rpc/core/contract";
import { describe } from "../read/doc.js";
import ts from "../typescript.cjs";
import { readConstraints } from "./constraints.js";
import type { Reading } from "./reading.js";
import { readOptional } from "./written-type.js";

/** The properties of an object, in the order of the source, and which of them must be there. */
export interface Properties {
  readonly properties: Readonly<Record<string, TypeSchema>>;
  readonly required: readonly string[];
}

/**
 * Reads the properties of an object, apart from those named in `except`.
 *
 * Of a class only declared public fields travel; a finding names the rest.
 */
export function readProperties(
  reading: Reading,
  type: ts.Type,
  at: ts.Node,
  except: ReadonlySet<string> = new Set(),
): Properties {
  const { checker } = reading;
  const properties: Record<string, TypeSchema> = {};
  const required: string[] = [];
  const dropped: string[] = [];
  for (const property of checker.getPropertiesOfType(type)) {
    const name = property.name;
    if (except.has(name)) continue;
    if (isDropped(property)) {
      dropped.push(dropName(property));
    } else if (checkName(reading, property, at)) {
      properties[name] = readProperty(reading, property, at);
      if (!(property.flags & ts.SymbolFlags.Optional)) required.push(name);
    }
  }
  if (dropped.length > 0) reportDropped(reading, type, dropped, at);
  return { properties, required };
}

function readProperty(reading: Reading, property: ts.Symbol, at: ts.Node): TypeSchema {
  const { checker } = reading;
  const declaration = property.valueDeclaration ?? property.declarations?.[0];
  const place = declaration && ts.getNameOfDeclaration(declaration) ? declaration : at;
  const type = checker.getTypeOfSymbol(property);
  const written = declaration && writtenType(declaration);
  const schema =
    property.flags & ts.SymbolFlags.Optional
      ? readOptional(reading, type, place, written)
      : reading.read(type, place, written);
  const limited = declaration ? readConstraints(reading, schema, declaration) : undefined;
  return {
    ...schema,
    ...limited,
    ...describe(checker, property),
    ...(isReadonly(property) && { readOnly: true }),
  };
}

function writtenType(declaration: ts.Declaration): ts.TypeNode | undefined {
  const typed =
    ts.isPropertySignature(declaration) ||
    ts.isPropertyDeclaration(declaration) ||
    ts.isParameter(declaration);
  return typed ? declaration.type : undefined;
}

// Methods, accessors and what is hidden belong to a class, not to its data. An interface has no such excuse.
function isDropped(property: ts.Symbol): boolean {
  const declaration = property.valueDeclaration;
  if (declaration === undefined || !ts.isClassLike(declaration.parent))
    return isParameterProperty(declaration);
  if (ts.isMethodDeclaration(declaration) || ts.isAccessor(declaration)) return true;
  const name = ts.getNameOfDeclaration(declaration);
  if (name && (ts.isPrivateIdentifier(name) || property.name.startsWith("__@"))) return true;
  return isHidden(declaration);
}

function isParameterProperty(declaration: ts.Declaration | undefined): boolean {
  return declaration !== undefined && ts.isParameter(declaration) && isHidden(declaration);
}

function isHidden(declaration: ts.Declaration): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return Boolean(ts.getCombinedModifierFlags(declaration) & hidden);
}

function dropName(property: ts.Symbol): string {
  const name = property.valueDeclaration && ts.getNameOfDeclaration(property.valueDeclaration);
  const suffix = property.flags & ts.SymbolFlags.Method ? "()" : "";
  return `${name?.getText() ?? property.name}${suffix}`;
}

function reportDropped(reading: Reading, type: ts.Type, dropped: readonly string[], at: ts.Node): void {
  const name = reading.checker.typeToString(type);
  const message = `${name} travels as its public fields only; the other side does not get ${dropped.join(", ")}`;
  reading.problems.report(
    "RPC1203",
    at,
    message,
    `Use an interface for what is sent, and make a ${name} of it where it arrives.`,
  );
}

function checkName({ problems }: Reading, property: ts.Symbol, at: ts.Node): boolean {
  const place = property.valueDeclaration ?? at;
  if (property.name.startsWith("__@")) {
    const message =
      "a property named by a symbol cannot cross the wire: symbols mean something in one process only";
    problems.report("RPC2001", place, message, "Give the property a string as its name.");
    return false;
  }
  if (property.name !== "__proto__") return true;
  const mend = "Give the property another name.";
  problems.report(
    "RPC1103",
    place,
    "a property cannot be named __proto__: assigning it changes the object's class",
    mend,
  );
  return false;
}

function isReadonly(property: ts.Symbol): boolean {
  const declaration = property.valueDeclaration;
  return (
    declaration !== undefined && Boolean(ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Readonly)
  );
}
