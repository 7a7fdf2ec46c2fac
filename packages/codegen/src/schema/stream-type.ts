import type { TypeSchema } from "@rpc/core/contract";
import ts from "../typescript.cjs";
import { builtinName } from "./builtin-type.js";
import type { Reading } from "./reading.js";
import { writtenArguments } from "./written-type.js";

const iterables = new Set([
  "AsyncGenerator",
  "AsyncIterable",
  "AsyncIterableIterator",
  "AsyncIteratorObject",
]);

/** What a stream yields: the item of an async generator or iterable; undefined for any other type. */
export function streamItem(
  reading: Reading,
  type: ts.Type,
  written: ts.TypeNode | undefined,
  at: ts.Node,
): TypeSchema | undefined {
  const name = builtinName(reading, type);
  if (name === undefined || !iterables.has(name)) return undefined;
  const [item, returned] = reading.checker.getTypeArguments(type as ts.TypeReference);
  if (returned && !isNothing(returned)) {
    const message = `the stream returns ${reading.checker.typeToString(returned)} at its end, and callers never see it`;
    reading.problems.report("RPC2003", at, message, "Yield it as the last value, or return nothing.");
  }
  return reading.read(item!, at, writtenArguments(written)[0]);
}

// Iterables that are no generators say `any` or `unknown` there.
function isNothing(type: ts.Type): boolean {
  const nothing = ts.TypeFlags.VoidLike | ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never;
  return Boolean(type.flags & nothing);
}
