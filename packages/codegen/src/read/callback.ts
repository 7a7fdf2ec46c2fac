import type { ParamContract, TypeSchema } from "@rpc/core/contract";
import { refused } from "../schema/reading.js";
import { writtenArguments } from "../schema/written-type.js";
import ts from "../typescript.cjs";
import type { Reader } from "./reader.js";

/** What reading a callback needs besides: its parameters are read as a method's are. */
export interface CallbackReader extends Reader {
  readonly readParams: (signature: ts.Signature, at: ts.Node, reader: Reader) => ParamContract[];
}

/** Reads a parameter that is a function the server calls back; undefined for any other type. */
export function readCallback(type: ts.Type, at: ts.Node, reader: CallbackReader): TypeSchema | undefined {
  const { checker } = reader.types;
  const signatures = checker.getSignaturesOfType(type, ts.SignatureKind.Call);
  const [signature] = signatures;
  if (signature === undefined) return undefined;
  const problem =
    signatures.length > 1
      ? `a callback with ${signatures.length} overloads cannot be described`
      : signature.typeParameters
        ? "a generic callback is not known before the call"
        : checker.getPropertiesOfType(type).length > 0
          ? "a function with properties cannot be sent: only calls of it travel"
          : undefined;
  if (problem === undefined) return { "x-js": { callback: readSignature(signature, at, reader) } };
  reader.problems.report("RPC2004", at, problem, "Write one plain signature: (price: number) => void");
  return refused;
}

function readSignature(signature: ts.Signature, at: ts.Node, reader: CallbackReader) {
  const params = reader.readParams(signature, at, { ...reader, inCallback: true });
  return { params, result: readResult(signature, at, reader) };
}

// A callback runs in the client's process, so what it gives comes later, whatever the type says.
function readResult(signature: ts.Signature, at: ts.Node, { types, problems }: Reader): TypeSchema {
  const { checker } = types;
  const returned = signature.getReturnType();
  const node = signature.declaration?.type;
  const written = node && ts.isTypeNode(node) ? node : undefined;
  const awaited = checker.getAwaitedType(returned) ?? returned;
  const open = ts.TypeFlags.VoidLike | ts.TypeFlags.Any | ts.TypeFlags.Unknown;
  if (awaited === returned && !(returned.flags & open)) {
    const text = checker.typeToString(returned);
    const mend = `Let it return Promise<${text}> and await it, or void.`;
    problems.report(
      "RPC2004",
      written ?? at,
      `the callback returns ${text} at once, but it runs in another process`,
      mend,
    );
  }
  const said = awaited === returned ? written : writtenArguments(written)[0];
  return types.read(awaited, written ?? at, said);
}
