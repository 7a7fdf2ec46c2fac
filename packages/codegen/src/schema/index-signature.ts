import type { TypeSchema } from "@rpc/core/contract";
import ts from "../typescript.cjs";
import type { Reading } from "./reading.js";
import { writtenArguments } from "./written-type.js";

/** Reads the index signature of an object: `additionalProperties`, and `x-key` where the key is no plain string. */
export function readIndex(
  reading: Reading,
  type: ts.Type,
  at: ts.Node,
  node: ts.TypeNode | undefined,
): { additionalProperties?: TypeSchema; "x-key"?: TypeSchema } {
  const { checker, problems } = reading;
  const infos = checker.getIndexInfosOfType(type);
  const [info] = infos;
  // `Record<string, never>` is how an object without properties is written.
  if (info === undefined || info.type.flags & ts.TypeFlags.Never) return {};
  const place = info.declaration ?? at;
  if (infos.some(({ keyType }) => keyType.flags & ts.TypeFlags.ESSymbolLike)) {
    problems.report("RPC2006", place, "keys that are symbols cannot cross the wire", "Use strings as keys.");
    return {};
  }
  if (infos.length > 1) {
    const mend = "Keep one, with a union as its value, or send a Map.";
    problems.report(
      "RPC2006",
      place,
      `${infos.length} index signatures in one type cannot be told apart on the wire`,
      mend,
    );
    return {};
  }
  const additionalProperties = reading.read(
    info.type,
    place,
    info.declaration?.type ?? writtenArguments(node)[1],
  );
  if (info.keyType.flags & ts.TypeFlags.String) return { additionalProperties };
  return { additionalProperties, "x-key": reading.read(info.keyType, place) };
}
