import { ValueReader } from "./value-reader.js";

/** Reads a large scanned value by hand: in a page msgpackr would cost more to load than it saves. */
export function readLarge(bytes: Uint8Array, start: number): unknown {
  return new ValueReader(bytes, start).read();
}
