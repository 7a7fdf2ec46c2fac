import type { CallContract, ParamContract, StreamContract, TypeSchema } from "@rpc/core/contract";
import type { Mark } from "../marks.js";
import { refused } from "../schema/reading.js";
import { streamItem } from "../schema/stream-type.js";
import { writtenArguments } from "../schema/written-type.js";
import ts from "../typescript.cjs";
import { docOf } from "./doc.js";
import { readErrors } from "./error.js";
import { readFormerly } from "./formerly.js";
import type { MarkedMember } from "./members.js";
import { readFlags } from "./method-flags.js";
import { readOverloads } from "./overloads.js";
import { readParams } from "./params.js";
import type { Reader } from "./reader.js";

/** The service whose methods are being read. */
export interface ServiceReader extends Reader {
  readonly service: string;
  /** Errors that its methods declared so far, by wire name. */
  readonly errors: Map<string, TypeSchema>;
}

/** What one signature takes and gives. */
export interface Shape {
  readonly params: readonly ParamContract[];
  readonly answer: Answer;
}

/** What comes back: one value, or many. */
export type Answer =
  | { readonly kind: "call"; readonly result: TypeSchema }
  | { readonly kind: "stream"; readonly item: TypeSchema };

/** Reads a method: its parameters, what it resolves to or yields, the errors it declares. */
export function readMethod(
  property: ts.Symbol,
  { member, mark }: MarkedMember,
  reader: ServiceReader,
): CallContract | StreamContract {
  const { types, marks } = reader;
  const name = ts.getNameOfDeclaration(member) ?? member;
  const throws = readErrors(marks.list(mark, "throws"), reader);
  const { params, answer } = readShape(property, name, mark, reader);
  return {
    ...docOf(types.checker, property),
    params,
    ...answer,
    ...(throws.length > 0 && { throws }),
    ...readFormerly(mark, reader),
    ...readFlags(mark, answer, throws.length > 0, reader),
  };
}

function readShape(property: ts.Symbol, name: ts.Node, mark: Mark, reader: Reader): Shape {
  const { checker } = reader.types;
  const declared = checker.getTypeOfSymbol(property);
  // Only of one that may be left out is anything to be taken away.
  const type = declared.isUnion() ? checker.getNonNullableType(declared) : declared;
  const signatures = checker.getSignaturesOfType(type, ts.SignatureKind.Call);
  const context = reader.marks.flag(mark, "context");
  if (signatures.length === 0) {
    const message = `@${mark.kind} on ${property.name}, which cannot be called`;
    reader.problems.report("RPC1104", name, message, "Make it a method.");
  } else if (signatures.some((signature) => signature.typeParameters)) {
    const message = `${property.name} is generic: its type parameters are known to the caller only`;
    const mend = "Write the types out, one method for each, or a union of them.";
    reader.problems.report("RPC2002", name, message, mend);
  } else {
    const shapes = signatures.map((signature) => ({
      params: readParams(signature, name, context, reader),
      answer: readAnswer(signature, name, reader),
    }));
    return shapes.length === 1 ? shapes[0]! : readOverloads(shapes, name, reader);
  }
  return { params: [], answer: { kind: "call", result: refused } };
}

function readAnswer(signature: ts.Signature, name: ts.Node, reader: Reader): Answer {
  const { types } = reader;
  const { checker } = types;
  const returned = signature.getReturnType();
  const node = signature.declaration?.type;
  const written = node && ts.isTypeNode(node) ? node : undefined;
  const item = streamItem(types, returned, written, written ?? name);
  if (item) return { kind: "stream", item };
  const type = checker.getAwaitedType(returned) ?? returned;
  const said = type === returned ? written : writtenArguments(written)[0];
  return { kind: "call", result: types.read(type, written ?? name, said) };
}
