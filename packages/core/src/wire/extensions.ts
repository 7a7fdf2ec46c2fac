import { checkBigint, readBigint } from "./bigint.js";
import { bigintCode, timestampCode, typedArrayCode, undefinedCode } from "./extension-codes.js";
import { ProtocolError } from "./protocol-error.js";
import { checkTimestamp, readTimestamp } from "./timestamp.js";
import { checkTypedArray, readTypedArray } from "./typed-array.js";

/** Checks the payload of an extension that holds no other values. Throws `ProtocolError`, also for unknown codes. */
export function checkExtension(code: number, bytes: Uint8Array, start: number, end: number): void {
  if (code === bigintCode) checkBigint(bytes, start, end);
  else if (code === undefinedCode) checkUndefined(bytes, start, end);
  else if (code === typedArrayCode) checkTypedArray(bytes, start, end);
  else if (code === timestampCode) checkTimestamp(bytes, start, end);
  // Codes are signed in MessagePack.
  else throw new ProtocolError(`unknown extension code ${(code << 24) >> 24}`);
}

/** Reads a checked payload. */
export function readExtension(code: number, bytes: Uint8Array, start: number, end: number): unknown {
  switch (code) {
    case bigintCode:
      return readBigint(bytes, start, end);
    case typedArrayCode:
      return readTypedArray(bytes, start, end);
    case timestampCode:
      return readTimestamp(bytes, start, end);
    default:
      return undefined;
  }
}

function checkUndefined(bytes: Uint8Array, start: number, end: number): void {
  if (end - start === 1 && bytes[start] === 0xc0) return;
  throw new ProtocolError(`expected nil as the payload of undefined, got ${end - start} bytes`);
}
