import type { CallContract, TypeSchema } from "@rpc/core/contract";
import ts from "typescript";
import type { Mark } from "../marks.js";
import { refused } from "../schema/reading.js";
import { writtenArguments } from "../schema/written-type.js";
import { docOf } from "./doc.js";
import { readErrors } from "./error.js";
import type { MarkedMember } from "./members.js";
import { readParams } from "./params.js";
import type { Reader } from "./reader.js";

/** The service whose methods are being read. */
export interface ServiceReader extends Reader {
  readonly service: string;
  /** Errors that its methods declared so far, by wire name. */
  readonly errors: Map<string, TypeSchema>;
}

/** Reads a method: its parameters, what it resolves to, the errors it declares. */
export function readMethod(
  property: ts.Symbol,
  { member, mark }: MarkedMember,
  reader: ServiceReader,
): CallContract {
  const { types, marks } = reader;
  const name = ts.getNameOfDeclaration(member) ?? member;
  const throws = readErrors(marks.list(mark, "throws"), reader);
  const signature = onlySignature(property, name, mark, reader);
  return {
    kind: "call",
    ...docOf(types.checker, property),
    params: signature ? readParams(signature, name, marks.flag(mark, "context"), reader) : [],
    result: signature ? readResult(signature, name, reader) : refused,
    ...(throws.length > 0 && { throws }),
    ...(marks.flag(mark, "idempotent") && { idempotent: true }),
  };
}

function onlySignature(
  property: ts.Symbol,
  at: ts.Node,
  mark: Mark,
  { types: { checker }, problems }: Reader,
): ts.Signature | undefined {
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(property));
  const signatures = checker.getSignaturesOfType(type, ts.SignatureKind.Call);
  const [signature] = signatures;
  if (signature === undefined) {
    problems.report(
      "RPC1104",
      at,
      `@${mark.kind} on ${property.name}, which cannot be called`,
      "Make it a method.",
    );
  } else if (signatures.length > 1) {
    const message = `${property.name} has ${signatures.length} overloads, and the wire has one method by that name`;
    problems.report(
      "RPC3001",
      at,
      message,
      "Write one signature with unions and optional parameters, or methods of different names.",
    );
  } else if (signature.typeParameters) {
    const message = `${property.name} is generic: its type parameters are known to the caller only`;
    problems.report("RPC2002", at, message, "Write the types out, one method for each, or a union of them.");
  } else {
    return signature;
  }
  return undefined;
}

function readResult(signature: ts.Signature, name: ts.Node, { types }: Reader): TypeSchema {
  const { checker } = types;
  const returned = signature.getReturnType();
  const node = signature.declaration?.type;
  const written = node && ts.isTypeNode(node) ? node : undefined;
  const type = checker.getAwaitedType(returned) ?? returned;
  if (type === returned) return types.read(type, written ?? name, written);
  return types.read(type, written ?? name, writtenArguments(written)[0]);
}
