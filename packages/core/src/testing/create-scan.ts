import { defaultLimits } from "../limits.js";
import { ByteSink } from "../wire/byte-sink.js";
import { scanValue } from "../wire/scan.js";
import { encodeValue } from "../wire/values.js";

/** A value as it travels, and what checks it before it is decoded: for measurements of what that costs. */
export function createScan(value: unknown): { readonly bytes: Uint8Array; scan(): void } {
  const sink = new ByteSink(1024);
  encodeValue(sink, value, defaultLimits);
  const bytes = sink.bytes.slice(0, sink.position);
  const view = new DataView(bytes.buffer);
  return {
    bytes,
    scan() {
      scanValue(bytes, view, 0, bytes.length, defaultLimits);
    },
  };
}
