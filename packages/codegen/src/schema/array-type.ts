import type { TypeSchema } from "@rpc/core/contract";
import ts from "../typescript.cjs";
import type { Reading } from "./reading.js";
import { readOptional, writtenArguments } from "./written-type.js";

/** Reads arrays and tuples; undefined for anything else. */
export function readArray(
  reading: Reading,
  type: ts.Type,
  at: ts.Node,
  node: ts.TypeNode | undefined,
): TypeSchema | undefined {
  const { checker } = reading;
  if (checker.isTupleType(type)) return readTuple(reading, type as ts.TupleTypeReference, at, node);
  if (!checker.isArrayType(type)) return undefined;
  const [item] = checker.getTypeArguments(type as ts.TypeReference);
  const items = reading.read(item!, at, writtenItem(node));
  return { type: "array", items, ...(type.symbol.name === "ReadonlyArray" && { "x-readonly": true }) };
}

/** The annotation of an array's items: of `T[]`, `readonly T[]` and `Array<T>`. */
export function writtenItem(node: ts.TypeNode | undefined): ts.TypeNode | undefined {
  const inner = withoutReadonly(node);
  if (inner && ts.isArrayTypeNode(inner)) return inner.elementType;
  return writtenArguments(inner)[0];
}

function readTuple(
  reading: Reading,
  type: ts.TupleTypeReference,
  at: ts.Node,
  node: ts.TypeNode | undefined,
): TypeSchema {
  const { elementFlags, labeledElementDeclarations: labels, readonly } = type.target;
  const inner = withoutReadonly(node);
  const written = inner && ts.isTupleTypeNode(inner) ? inner.elements.map(writtenElement) : [];
  const schemas = reading.checker.getTypeArguments(type).map((element, index) => {
    const said = written[index];
    if (elementFlags[index]! & ts.ElementFlags.Optional) return readOptional(reading, element, at, said);
    return reading.read(element, at, elementFlags[index]! & ts.ElementFlags.Rest ? writtenItem(said) : said);
  });
  const rest = elementFlags.findIndex((flag) => flag & ts.ElementFlags.Variable);
  if (rest >= 0 && rest < schemas.length - 1) {
    const mend = "Put the rest element last, or use an array.";
    reading.problems.report(
      "RPC2001",
      at,
      "a rest element in the middle of a tuple cannot be described",
      mend,
    );
  }
  const names = labels?.map((label) => (label && ts.isIdentifier(label.name) ? label.name.text : undefined));
  return {
    type: "array",
    prefixItems: rest >= 0 ? schemas.slice(0, rest) : schemas,
    minItems: elementFlags.filter((flag) => flag & ts.ElementFlags.Required).length,
    items: rest >= 0 ? schemas[rest]! : false,
    ...(names && names.length > 0 && names.every((name) => name !== undefined) && { "x-labels": names }),
    ...(readonly && { "x-readonly": true }),
  };
}

function writtenElement(element: ts.TypeNode | ts.NamedTupleMember): ts.TypeNode {
  if (ts.isNamedTupleMember(element)) return element.type;
  return ts.isOptionalTypeNode(element) || ts.isRestTypeNode(element) ? element.type : element;
}

function withoutReadonly(node: ts.TypeNode | undefined): ts.TypeNode | undefined {
  return node && ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.ReadonlyKeyword
    ? node.type
    : node;
}
