import type { TypeSchema } from "@rpc/core/contract";
import { describe } from "../read/doc.js";
import ts from "../typescript.cjs";
import { readIndex } from "./index-signature.js";
import { primitive, readPrimitive } from "./primitive-type.js";
import { readProperties } from "./properties.js";
import { type Reading, refused } from "./reading.js";
import { argumentsOf } from "./type-name.js";

/** Reads an object: an interface or class under its name, anything else in place. */
export function readObject(
  reading: Reading,
  type: ts.Type,
  at: ts.Node,
  node: ts.TypeNode | undefined,
): TypeSchema {
  const { checker, types } = reading;
  const branded = brandedPrimitive(type);
  if (branded) return branded;
  if (isFunction(reading, type, at)) return refused;
  const symbol = type.symbol as ts.Symbol | undefined;
  const declaration = symbol && declarationOf(symbol);
  if (symbol === undefined || declaration === undefined) return readInPlace(reading, type, at, node);
  if (isService(reading, declaration)) {
    const mend = "Clients reach a service by its name; send the data that they need from it.";
    reading.problems.report("RPC2001", at, `${symbol.name} is a service: it stays where it is`, mend);
    return refused;
  }
  return types.refer(symbol, argumentsOf(checker, type), declaration.name ?? declaration, () => ({
    ...readMembers(reading, type, declaration.name ?? declaration, undefined),
    ...describe(checker, symbol),
  }));
}

function readInPlace(
  reading: Reading,
  type: ts.Type,
  at: ts.Node,
  node: ts.TypeNode | undefined,
): TypeSchema {
  const { checker, openObjects, problems } = reading;
  if (openObjects.includes(type) || openObjects.length > 50) {
    const message = `${checker.typeToString(type)} contains itself and has no name to refer to itself by`;
    problems.report("RPC2002", at, message, "Declare it as an interface or a type alias.");
    return refused;
  }
  openObjects.push(type);
  const schema = readMembers(reading, type, at, node);
  openObjects.pop();
  return schema;
}

function readMembers(
  reading: Reading,
  type: ts.Type,
  at: ts.Node,
  node: ts.TypeNode | undefined,
): TypeSchema {
  return { type: "object", ...readProperties(reading, type, at), ...readIndex(reading, type, at, node) };
}

function declarationOf(symbol: ts.Symbol): ts.InterfaceDeclaration | ts.ClassLikeDeclaration | undefined {
  return symbol.declarations?.find((node) => ts.isInterfaceDeclaration(node) || ts.isClassLike(node));
}

function isService({ core }: Reading, node: ts.Declaration): boolean {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
  return decorators.some(
    ({ expression }) =>
      core.nameOf(ts.isCallExpression(expression) ? expression.expression : expression) === "service",
  );
}

// `string & { __brand: "UserId" }` is a string on the wire; the brand exists in the compiler only.
function brandedPrimitive(type: ts.Type): TypeSchema | undefined {
  if (!type.isIntersection()) return undefined;
  const branded = type.types.find((part) => part.flags & primitive);
  return branded && readPrimitive(branded);
}

function isFunction({ checker, problems }: Reading, type: ts.Type, at: ts.Node): boolean {
  if (checker.getSignaturesOfType(type, ts.SignatureKind.Call).length > 0) {
    const mend =
      "Make it a parameter of the method itself, publish an event, or send the data that it would need.";
    problems.report(
      "RPC2004",
      at,
      `${functionText(at)} is a function, and only a method's own parameter may be one`,
      mend,
    );
    return true;
  }
  if (checker.getSignaturesOfType(type, ts.SignatureKind.Construct).length === 0) return false;
  problems.report(
    "RPC2001",
    at,
    "a class itself cannot cross the wire, only its instances can",
    "Send its name.",
  );
  return true;
}

function functionText(at: ts.Node): string {
  const text = at.getText().replace(/\s+/g, " ").replace(/[;,]$/, "");
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
