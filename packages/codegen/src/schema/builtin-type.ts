import type { TypeSchema } from "@rpc/core/contract";
import ts from "../typescript.cjs";
import { primitive } from "./primitive-type.js";
import { type Reading, refused } from "./reading.js";
import { writtenArguments } from "./written-type.js";

const typedArrays = new Set([
  ...["Int8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array"],
  ...["Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"],
]);

const streams = new Set([
  ...["AsyncGenerator", "AsyncIterable", "AsyncIterableIterator", "AsyncIterator", "AsyncIteratorObject"],
  ...["ReadableStream", "WritableStream", "Readable", "Writable"],
]);

const iterators = new Set(["Generator", "Iterable", "IterableIterator", "Iterator", "IteratorObject"]);

/** Reads what the standard library declares: dates, maps, bytes; undefined for types of the user's own. */
export function readBuiltin(
  reading: Reading,
  type: ts.Type,
  at: ts.Node,
  node: ts.TypeNode | undefined,
): TypeSchema | undefined {
  const name = builtinName(reading, type);
  if (name === undefined) return undefined;
  if (name === "Date") return { "x-js": "date" };
  if (name === "Uint8Array" || name === "Buffer") return { "x-js": "bytes" };
  if (typedArrays.has(name)) return { "x-js": { typedArray: name } };
  const args = reading.checker.getTypeArguments(type as ts.TypeReference);
  const written = writtenArguments(node);
  if (name === "Set" || name === "ReadonlySet") {
    return { "x-js": { set: reading.read(args[0]!, at, written[0]) }, ...readonlyMark(name) };
  }
  if (name === "Map" || name === "ReadonlyMap") {
    checkMapKey(reading, args[0]!, written[0] ?? at);
    const map = [reading.read(args[0]!, at, written[0]), reading.read(args[1]!, at, written[1])] as const;
    return { "x-js": { map }, ...readonlyMark(name) };
  }
  return refuse(reading, type, name, at);
}

/** Name of a type that the language or the platform declares; undefined for the user's own. */
export function builtinName({ program, core }: Reading, type: ts.Type): string | undefined {
  const symbol = type.symbol as ts.Symbol | undefined;
  if (symbol === undefined || !(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)))
    return undefined;
  const file = symbol.declarations?.[0]?.getSourceFile();
  if (file === undefined) return undefined;
  const platform =
    program.isSourceFileDefaultLibrary(file) || file.fileName.includes("/node_modules/@types/node/");
  return platform || core.nameOfSymbol(symbol) !== undefined ? symbol.name : undefined;
}

function refuse(reading: Reading, type: ts.Type, name: string, at: ts.Node): TypeSchema | undefined {
  const { problems } = reading;
  if (streams.has(name)) {
    const mend =
      "Write an async *method, return an AsyncIterable itself, or take one as a parameter of the method; inside a value, send an array.";
    problems.report("RPC2003", at, `${name} is a stream in a place where none can be`, mend);
  } else if (iterators.has(name)) {
    problems.report(
      "RPC2003",
      at,
      `${name} yields its values in this process only`,
      "Return an array: [...values].",
    );
  } else if (name === "Promise" || name === "PromiseLike") {
    const mend = "Await it first: only a method's result as a whole may be a promise.";
    problems.report("RPC2003", at, `${name} cannot be part of a value`, mend);
  } else if (name === "Function") {
    problems.report(
      "RPC2001",
      at,
      "Function cannot cross the wire",
      "Send the data that the function would need.",
    );
  } else if (name.endsWith("Error")) {
    const mend =
      "Throw it, or declare it: @expose({ throws: [NotFound] }). To send one as a value, send its message.";
    problems.report("RPC2001", at, `${name} cannot be sent as a value`, mend);
  } else if (name === "CallContext") {
    const mend =
      "Take it as the first parameter and write @expose({ context: true }); clients do not see it then.";
    problems.report("RPC1107", at, "a CallContext is never sent", mend);
  } else if (isPlainData(reading, type)) {
    return undefined;
  } else {
    const mend = "Send plain data: an interface with the fields that matter. Bytes travel as Uint8Array.";
    problems.report("RPC2001", at, `${name} cannot cross the wire`, mend);
  }
  return refused;
}

// The platform's dictionaries, such as an options object, are interfaces like the user's own.
function isPlainData({ checker }: Reading, type: ts.Type): boolean {
  if (checker.getSignaturesOfType(type, ts.SignatureKind.Call).length > 0) return false;
  const properties = checker.getPropertiesOfType(type);
  return (
    properties.length > 0 &&
    properties.every(
      (property) =>
        !property.name.startsWith("__@") &&
        checker.getSignaturesOfType(
          checker.getNonNullableType(checker.getTypeOfSymbol(property)),
          ts.SignatureKind.Call,
        ).length === 0,
    )
  );
}

function checkMapKey({ checker, problems }: Reading, key: ts.Type, at: ts.Node): void {
  const allowed = primitive | ts.TypeFlags.Any | ts.TypeFlags.Instantiable;
  const parts = key.isUnion() ? key.types : [key];
  if (parts.every((part) => part.flags & allowed)) return;
  const message = `a map key of type ${checker.typeToString(key)} is another object on the other side: nothing would be found by it`;
  problems.report(
    "RPC2007",
    at,
    message,
    "Use a string, number, boolean or bigint as the key, or send an array of pairs.",
  );
}

function readonlyMark(name: string): { "x-readonly": true } | undefined {
  return name.startsWith("Readonly") ? { "x-readonly": true } : undefined;
}
