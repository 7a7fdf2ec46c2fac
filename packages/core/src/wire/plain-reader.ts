import { deepest } from "../limit-bounds.js";
import { notPlain } from "./not-plain.js";
import { readAscii } from "./plain-values.js";
import { readLength } from "./read-length.js";
import type { ScanLimits } from "./scan.js";
import { TextCache } from "./text-cache.js";
import { isUtf8, readUtf8 } from "./utf8.js";

/** Deepest that it goes itself. */
const ownDepth = 16;
/** Bytes of a string from which on one call out of JavaScript is quicker. */
const longText = 64;

// Texts that came before, of any session: they are of no consequence but speed.
const keys = new TextCache();
const texts = new TextCache();
const scratch = new DataView(new ArrayBuffer(8));

/**
 * Reads values of null, booleans, numbers, strings, arrays and objects in one pass, checked as strictly as the scan
 * would, by the same limits.
 *
 * Anything else, or anything that the scan refuses, is `notPlain`, and left to the scan and the general reader. One pass
 * takes half the time of two: of a small call it saves a quarter.
 */
export class PlainReader {
  /** Where the last value that was read ends. */
  end = 0;
  #nodes = 0;
  #depth = 0;
  #maxNodes = 0;
  #maxDepth = 0;
  /** Of the bytes that are read, once a string needs it. */
  #view: DataView | undefined;

  /** Reads the value at `start`, which must end at `limit` or before. */
  read(bytes: Uint8Array, start: number, limit: number, { maxDepth, maxNodes }: ScanLimits): unknown {
    this.#nodes = 1;
    this.#depth = 0;
    this.#maxNodes = maxNodes;
    this.#maxDepth = Math.min(maxDepth, ownDepth, deepest);
    const value = this.#value(bytes, start, limit);
    // Not held on to: it is a packet's memory.
    this.#view = undefined;
    return value;
  }

  /**
   * Opens the array of `size` values at `start`: then `next` reads one after the other, and no array is made. False when
   * that is not what is there.
   */
  open(bytes: Uint8Array, start: number, size: number, { maxDepth, maxNodes }: ScanLimits): boolean {
    this.end = start + 1;
    this.#nodes = 1 + size;
    this.#depth = 1;
    this.#maxNodes = maxNodes;
    this.#maxDepth = Math.min(maxDepth, ownDepth, deepest);
    return bytes[start] === 0x90 + size && this.#nodes <= maxNodes && maxDepth > 0;
  }

  /** Reads the next value of the array that was opened, which must end at `limit` or before. */
  next(bytes: Uint8Array, limit: number): unknown {
    const value = this.#value(bytes, this.end, limit);
    this.#view = undefined;
    return value;
  }

  #value(bytes: Uint8Array, at: number, limit: number): unknown {
    if (at >= limit) return notPlain;
    const head = bytes[at]!;
    if (head < 0x80 || head >= 0xe0) {
      this.end = at + 1;
      return head < 0x80 ? head : head - 0x100;
    }
    if (head < 0x90) return this.#object(bytes, at + 1, head - 0x80, limit);
    if (head < 0xa0) return this.#array(bytes, at + 1, head - 0x90, limit);
    if (head < 0xc0) return this.#text(bytes, at + 1, head - 0xa0, limit);
    return this.#headed(bytes, head, at + 1, limit);
  }

  #headed(bytes: Uint8Array, head: number, at: number, limit: number): unknown {
    this.end = at;
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xcb:
        return this.#has(8, at, limit) ? readFloat64(bytes, at) : notPlain;
      case 0xcc:
        return this.#has(1, at, limit) ? bytes[at]! : notPlain;
      case 0xcd:
        return this.#has(2, at, limit) ? readLength(bytes, at, 2) : notPlain;
      case 0xce:
        return this.#has(4, at, limit) ? readLength(bytes, at, 4) : notPlain;
      case 0xcf:
        // Up to 2^53 a number is exact.
        return this.#has(8, at, limit) && readLength(bytes, at, 4) < 2 ** 21
          ? readLength(bytes, at, 4) * 2 ** 32 + readLength(bytes, at + 4, 4)
          : notPlain;
      case 0xd0:
        return this.#has(1, at, limit) ? (bytes[at]! << 24) >> 24 : notPlain;
      case 0xd1:
        return this.#has(2, at, limit) ? (readLength(bytes, at, 2) << 16) >> 16 : notPlain;
      case 0xd2:
        return this.#has(4, at, limit) ? readLength(bytes, at, 4) | 0 : notPlain;
      case 0xd9:
        return this.#has(1, at, limit) ? this.#text(bytes, at + 1, bytes[at]!, limit) : notPlain;
      case 0xda:
        return this.#has(2, at, limit)
          ? this.#text(bytes, at + 2, readLength(bytes, at, 2), limit)
          : notPlain;
      case 0xdc:
        return this.#has(2, at, limit)
          ? this.#array(bytes, at + 2, readLength(bytes, at, 2), limit)
          : notPlain;
      default:
        return notPlain;
    }
  }

  #has(count: number, at: number, limit: number): boolean {
    this.end = at + count;
    return this.end <= limit;
  }

  #text(bytes: Uint8Array, at: number, length: number, limit: number): unknown {
    const end = at + length;
    if (end > limit) return notPlain;
    this.end = end;
    if (length >= longText) return this.#utf8(bytes, at, end);
    const ascii = length < 16 ? texts.read(bytes, at, end) : readAscii(bytes, at, end);
    return ascii ?? this.#utf8(bytes, at, end);
  }

  #utf8(bytes: Uint8Array, at: number, end: number): unknown {
    this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return isUtf8(bytes, this.#view, at, end) ? readUtf8(bytes, at, end) : notPlain;
  }

  #array(bytes: Uint8Array, start: number, size: number, limit: number): unknown {
    if (!this.#open(size, limit - start)) return notPlain;
    this.end = start;
    const values = size > 0 && size <= 3 ? this.#few(bytes, size, limit) : this.#many(bytes, size, limit);
    this.#depth--;
    return values;
  }

  #many(bytes: Uint8Array, size: number, limit: number): unknown {
    const values: unknown[] = [];
    for (let index = 0; index < size; index++) {
      const value = this.#value(bytes, this.end, limit);
      if (value === notPlain) return notPlain;
      values.push(value);
    }
    return values;
  }

  // As arguments mostly are. What is pushed to gets room for 17 at once, which was a third of a call's garbage.
  #few(bytes: Uint8Array, size: number, limit: number): unknown {
    const first = this.#value(bytes, this.end, limit);
    if (first === notPlain) return notPlain;
    if (size === 1) return [first];
    const second = this.#value(bytes, this.end, limit);
    if (second === notPlain) return notPlain;
    if (size === 2) return [first, second];
    const third = this.#value(bytes, this.end, limit);
    return third === notPlain ? notPlain : [first, second, third];
  }

  #object(bytes: Uint8Array, start: number, size: number, limit: number): unknown {
    if (!this.#open(size, (limit - start) / 2)) return notPlain;
    const object: Record<string, unknown> = {};
    let at = start;
    for (let count = 0; count < size; count++) {
      if (at >= limit) return notPlain;
      const length = bytes[at]! - 0xa0;
      const from = at + 1;
      if (length < 0 || length > 31 || from + length > limit) return notPlain;
      const key = keys.read(bytes, from, from + length);
      // The one key that would not become a property.
      if (key === undefined || key === "__proto__") return notPlain;
      const value = this.#value(bytes, from + length, limit);
      if (value === notPlain) return notPlain;
      object[key] = value;
      at = this.end;
    }
    this.end = at;
    this.#depth--;
    return object;
  }

  // Before anything is made: a claim of elements costs no memory.
  #open(size: number, room: number): boolean {
    this.#nodes += size;
    this.#depth += 1;
    return size <= room && this.#nodes <= this.#maxNodes && this.#depth <= this.#maxDepth;
  }
}

function readFloat64(bytes: Uint8Array, at: number): number {
  scratch.setUint32(0, readLength(bytes, at, 4));
  scratch.setUint32(4, readLength(bytes, at + 4, 4));
  return scratch.getFloat64(0);
}
