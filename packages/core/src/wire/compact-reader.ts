import { deepest } from "../limit-bounds.js";
import { maxBigintBytes } from "./bigint.js";
import { toMap } from "./collections.js";
import {
  bigintCode,
  mapCode,
  setCode,
  timestampCode,
  typedArrayCode,
  undefinedCode,
} from "./extension-codes.js";
import { areKeysSpread } from "./key-spread.js";
import { ProtocolError } from "./protocol-error.js";
import type { ScanLimits } from "./scan.js";
import { typedArrayKinds } from "./typed-array-kinds.js";

// A byte order mark is a character like any other: a decoder that drops it would change the string.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Below this a string is quicker made by hand. */
const shortText = 24;

const lastSecond = 8.64e12;

/**
 * Reads values and checks them in the same pass, by the rules of the scan: what that refuses is refused here, what it lets
 * pass comes out the same. For pages, where it is a quarter of the code of scan and readers; Node has those, which are
 * quicker.
 */
export class CompactReader {
  /** Where the next value begins. */
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #limits: ScanLimits;
  #end: number;
  #depth = 0;
  #nodes = 1;

  /** Reads nothing at or past `end`. */
  constructor(bytes: Uint8Array, start: number, end: number, limits: ScanLimits) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset);
    this.at = start;
    this.#end = end;
    this.#limits = limits;
  }

  /** The next value. Throws `ProtocolError`. Heads come in families, whose lengths and numbers take 1, 2, 4 or 8 bytes. */
  read(): unknown {
    const head = this.#uint(1);
    if (head < 0x80) return head;
    if (head < 0x90) return this.#object(head & 0x0f);
    if (head < 0xa0) return this.#array(head & 0x0f);
    if (head < 0xc0) return this.#text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    if (head === 0xc0) return null;
    if (head === 0xc1) throw this.#wrong("byte 0xc1, which MessagePack never uses");
    if (head < 0xc4) return head === 0xc3;
    if (head < 0xc7) return this.#bin(this.#uint(1 << (head - 0xc4)));
    if (head < 0xca) return this.#extension(this.#uint(1 << (head - 0xc7)));
    if (head === 0xca) return this.#view.getFloat32(this.#take(4));
    if (head === 0xcb) return this.#view.getFloat64(this.#take(8));
    if (head === 0xcf) return toNumber(this.#view.getBigUint64(this.#take(8)));
    if (head < 0xd0) return this.#uint(1 << (head - 0xcc));
    if (head === 0xd3) return toNumber(this.#view.getBigInt64(this.#take(8)));
    if (head < 0xd4) return this.#int(1 << (head - 0xd0));
    if (head < 0xd9) return this.#extension(1 << (head - 0xd4));
    if (head < 0xdc) return this.#text(this.#uint(1 << (head - 0xd9)));
    if (head < 0xde) return this.#array(this.#uint(2 << (head - 0xdc)));
    return this.#object(this.#uint(2 << (head - 0xde)));
  }

  /** Goes past `count` bytes; returns where they begin. */
  #take(count: number): number {
    const { at } = this;
    if (count > this.#end - at) throw this.#wrong(`expected at least ${count} bytes, got ${this.#end - at}`);
    this.at += count;
    return at;
  }

  #uint(width: number): number {
    let value = 0;
    for (let at = this.#take(width); at < this.at; at++) value = value * 0x100 + this.#bytes[at]!;
    return value;
  }

  #int(width: number): number {
    const unused = 32 - 8 * width;
    return (this.#uint(width) << unused) >> unused;
  }

  #text(length: number): string {
    const start = this.#take(length);
    let text = "";
    let at = length < shortText ? start : this.at;
    for (; at < this.at && this.#bytes[at]! < 0x80; at++) text += String.fromCharCode(this.#bytes[at]!);
    if (at === this.at && length < shortText) return text;
    try {
      return decoder.decode(this.#bytes.subarray(start, this.at));
    } catch {
      throw this.#wrong("a string that is not UTF-8");
    }
  }

  // A copy, and never a Buffer: the packet's memory is used again.
  #bin(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.subarray(this.#take(length), this.at));
  }

  #array(length: number): unknown[] {
    this.#open(length, length);
    const array: unknown[] = [];
    for (let left = length; left > 0; left--) array.push(this.read());
    this.#depth--;
    return array;
  }

  #object(size: number): Record<string, unknown> {
    this.#open(size, 2 * size);
    const object: Record<string, unknown> = {};
    for (let left = size; left > 0; left--) {
      const key = this.read();
      if (typeof key !== "string") throw this.#wrong("a key that is no string");
      // It would set the prototype instead of a property.
      if (key === "__proto__") throw this.#wrong("key __proto__");
      object[key] = this.read();
    }
    this.#depth--;
    return object;
  }

  // What a container claims to hold is checked before any of it is read.
  #open(values: number, leastBytes: number): void {
    const { maxNodes, maxDepth } = this.#limits;
    if (leastBytes > this.#end - this.at) this.#take(leastBytes);
    this.#nodes += values;
    if (this.#nodes > maxNodes) throw this.#wrong(`more than maxNodes ${maxNodes} values`);
    this.#depth++;
    if (this.#depth > Math.min(maxDepth, deepest))
      throw this.#wrong(`nests deeper than maxDepth ${maxDepth}`);
  }

  #extension(length: number): unknown {
    const code = this.#uint(1);
    const outer = this.#end;
    this.#end = this.#take(length) + length;
    this.at = this.#end - length;
    const value = this.#payload(code, length);
    if (this.at !== this.#end) throw this.#wrong("a payload of an extension that goes on");
    this.#end = outer;
    return value;
  }

  #payload(code: number, length: number): unknown {
    if (code === timestampCode) return this.#timestamp(length);
    if (code === typedArrayCode) return this.#typedArray();
    const payload = code >= mapCode && code <= undefinedCode ? this.read() : undefined;
    if (code === mapCode && Array.isArray(payload) && payload.length % 2 === 0) return this.#map(payload);
    if (code === setCode && Array.isArray(payload)) return new Set(this.#spread(payload));
    if (code === bigintCode && payload instanceof Uint8Array) return this.#bigint(payload);
    if (code === undefinedCode && payload === null) return undefined;
    // Codes are signed in MessagePack.
    throw this.#wrong(`an extension of code ${(code << 24) >> 24} with no payload of its kind`);
  }

  #map(flat: readonly unknown[]): Map<unknown, unknown> {
    this.#spread(flat.filter((_, index) => index % 2 === 0));
    return toMap(flat);
  }

  #spread(keys: readonly unknown[]): readonly unknown[] {
    if (!areKeysSpread(keys)) throw this.#wrong("number keys chosen to fall into one bucket");
    return keys;
  }

  // There is one way to write each number: no leading zeros, no minus zero.
  #bigint([sign, ...magnitude]: Uint8Array): bigint {
    const canonical = magnitude.length === 0 ? sign === 0 : sign! <= 1 && magnitude[0] !== 0;
    if (!canonical || magnitude.length > maxBigintBytes) throw this.#wrong("a bigint not in its one form");
    const value = BigInt(`0x0${magnitude.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`);
    return sign === 1 ? -value : value;
  }

  // `[kind, bin]`, the kind with one byte of length at most. Every platform with pages is little-endian, as the bytes are.
  #typedArray(): ArrayBufferView {
    const fits = this.#uint(1) === 0x92 && this.#bytes[this.at]! < 0xda;
    const make = fits ? typedArrayKinds.get(this.read() as string) : undefined;
    const bytes = make === undefined ? undefined : this.read();
    if (make === undefined || !(bytes instanceof Uint8Array) || bytes.length % make.BYTES_PER_ELEMENT !== 0)
      throw this.#wrong("a typed array that is no [kind, bin]");
    return new make(bytes.buffer as ArrayBuffer);
  }

  // Seconds alone, with nanoseconds in 30 bits, or signed with nanoseconds before them. A `Date` holds whole milliseconds.
  #timestamp(length: number): Date {
    const first = length === 4 ? 0 : this.#uint(4);
    const nanos = length === 8 ? Math.floor(first / 4) : first;
    const high = length === 8 ? first % 4 : length === 12 ? this.#int(4) : 0;
    const seconds = high * 2 ** 32 + this.#uint(4);
    const late = Math.abs(seconds) > lastSecond || (seconds === lastSecond && nanos > 0);
    if (nanos >= 1e9 || late) throw this.#wrong("a timestamp beyond what a Date can hold");
    return new Date(seconds * 1000 + Math.floor(nanos / 1e6));
  }

  #wrong(what: string): ProtocolError {
    return new ProtocolError(`${what}, at byte ${this.at}`);
  }
}

// Up to 2^53 a number is exact.
function toNumber(value: bigint): number | bigint {
  return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
}
