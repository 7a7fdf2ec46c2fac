import { toMap } from "./collections.js";
import { bigintCode, mapCode, setCode } from "./extension-codes.js";
import { readExtension } from "./extensions.js";
import {
  binKind,
  extensionKind,
  kindOf,
  mapKind,
  scalarKind,
  sizeOf,
  skipValue,
  stringKind,
  widthOf,
} from "./heads.js";
import { readLength } from "./read-length.js";
import { readUtf8 } from "./utf8.js";

/** Reads scanned values by hand. It checks nothing: the scan has. */
export class ValueReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  read(): unknown {
    const bytes = this.#bytes;
    const head = bytes[this.#at++]!;
    if (head < 0x80) return head;
    if (head >= 0xe0) return head - 0x100;
    const kind = kindOf[head]!;
    if (kind === scalarKind) return this.#scalar(head);
    const width = widthOf[head]!;
    const size = width === 0 ? sizeOf[head]! : readLength(bytes, this.#at, width);
    this.#at += width;
    if (kind === stringKind) return readUtf8(bytes, this.#at, this.#skip(size));
    if (kind === mapKind) return this.#object(size);
    if (kind === binKind) return this.#bin(size);
    if (kind === extensionKind) return this.#extension(size);
    return this.#array(size);
  }

  #scalar(head: number): number | bigint | boolean | null {
    if (head === 0xc0) return null;
    if (head <= 0xc3) return head === 0xc3;
    const at = this.#at;
    this.#skip(sizeOf[head]!);
    return readNumber(this.#bytes, head, at);
  }

  #array(length: number): unknown[] {
    const array = new Array<unknown>(length);
    for (let index = 0; index < length; index++) array[index] = this.read();
    return array;
  }

  // The one key that would not become a property of the object, `__proto__`, does not pass the scan.
  #object(size: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (let count = 0; count < size; count++) {
      const key = this.read() as string;
      object[key] = this.read();
    }
    return object;
  }

  // A copy, and never a Buffer: the packet's memory is used again.
  #bin(length: number): Uint8Array {
    const start = this.#at;
    // A copy by this constructor need not be cleared first.
    return new Uint8Array(this.#bytes.subarray(start, this.#skip(length)));
  }

  #extension(length: number): unknown {
    const code = this.#bytes[this.#at++]!;
    if (code === mapCode) return toMap(this.read() as unknown[]);
    if (code === setCode) return new Set(this.read() as unknown[]);
    return readExtension(code, this.#bytes, this.#at, this.#skip(length));
  }

  #skip(count: number): number {
    this.#at += count;
    return this.#at;
  }
}

/**
 * Reads what of a map's or set's elements can be a key in need of a look: numbers and bigints. The others are undefined.
 *
 * `start` is where the first of `count` elements starts; every `step`th is a key.
 */
export function readKeys(bytes: Uint8Array, start: number, count: number, step: number): unknown[] {
  const keys: unknown[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    const head = bytes[at]!;
    const end = skipValue(bytes, at);
    // No object is made of anything that may be large.
    if (index % step === 0) {
      const isNumber = head < 0x80 || head >= 0xe0 || (head >= 0xca && head <= 0xd3);
      const isBigint = kindOf[head] === extensionKind && bytes[at + 1 + widthOf[head]!] === bigintCode;
      keys.push(isNumber || isBigint ? new ValueReader(bytes, at).read() : undefined);
    }
    at = end;
  }
  return keys;
}

// A view of the packet's bytes would cost more than to move eight of them.
const scratch = new DataView(new ArrayBuffer(8));

function readNumber(bytes: Uint8Array, head: number, at: number): number | bigint {
  switch (head) {
    case 0xcc:
    case 0xcd:
    case 0xce:
      return readLength(bytes, at, sizeOf[head]!);
    case 0xd0:
      return (bytes[at]! << 24) >> 24;
    case 0xd1:
      return (readLength(bytes, at, 2) << 16) >> 16;
    case 0xd2:
      return readLength(bytes, at, 4) | 0;
  }
  scratch.setUint32(0, readLength(bytes, at, 4));
  if (head === 0xca) return scratch.getFloat32(0);
  scratch.setUint32(4, readLength(bytes, at + 4, 4));
  if (head === 0xcb) return scratch.getFloat64(0);
  const high = head === 0xd3 ? scratch.getInt32(0) : scratch.getUint32(0);
  // Up to 2^53 a number is exact.
  if (high < 2 ** 21 && high >= -(2 ** 21)) return high * 2 ** 32 + scratch.getUint32(4);
  const value = head === 0xd3 ? scratch.getBigInt64(0) : scratch.getBigUint64(0);
  return value === 2n ** 53n ? 2 ** 53 : value;
}
