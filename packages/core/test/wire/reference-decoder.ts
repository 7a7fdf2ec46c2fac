import type { ScanLimits } from "../../src/wire/scan.js";

const typedArrays = new Map<string, (buffer: ArrayBuffer) => unknown>([
  ["Int8Array", (buffer) => new Int8Array(buffer)],
  ["Uint8ClampedArray", (buffer) => new Uint8ClampedArray(buffer)],
  ["Int16Array", (buffer) => new Int16Array(buffer)],
  ["Uint16Array", (buffer) => new Uint16Array(buffer)],
  ["Int32Array", (buffer) => new Int32Array(buffer)],
  ["Uint32Array", (buffer) => new Uint32Array(buffer)],
  ["Float32Array", (buffer) => new Float32Array(buffer)],
  ["Float64Array", (buffer) => new Float64Array(buffer)],
  ["BigInt64Array", (buffer) => new BigInt64Array(buffer)],
  ["BigUint64Array", (buffer) => new BigUint64Array(buffer)],
]);

/**
 * The rules once more, written from the description and in the plainest way, to compare with.
 *
 * It shares nothing with the code under test, is slow, and throws a RangeError for whatever is not allowed.
 */
export class ReferenceDecoder {
  readonly #view: DataView;
  readonly #limits: ScanLimits;
  #at = 0;
  #nodes = 1;

  constructor(bytes: Uint8Array, limits: ScanLimits) {
    // A copy of just these bytes: reading behind them throws.
    this.#view = new DataView(bytes.slice().buffer);
    this.#limits = limits;
  }

  get position(): number {
    return this.#at;
  }

  value(depth = 0): unknown {
    const head = this.#uint(1);
    if (head <= 0x7f) return head;
    if (head <= 0x8f) return this.#map(head - 0x80, depth);
    if (head <= 0x9f) return this.#array(head - 0x90, depth);
    if (head <= 0xbf) return this.#text(head - 0xa0);
    if (head >= 0xe0) return head - 0x100;
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#take(this.#uint(2 ** (head - 0xc4)));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#uint(2 ** (head - 0xc7)), depth);
      case 0xca:
        return new DataView(this.#take(4).buffer).getFloat32(0);
      case 0xcb:
        return new DataView(this.#take(8).buffer).getFloat64(0);
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf:
        return this.#integer(2 ** (head - 0xcc), false);
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return this.#integer(2 ** (head - 0xd0), true);
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(2 ** (head - 0xd4), depth);
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#uint(2 ** (head - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#uint(2 ** (head - 0xdb)), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(2 ** (head - 0xdd)), depth);
    }
    throw new RangeError("unused head");
  }

  #array(length: number, depth: number): unknown[] {
    this.#enter(length, depth);
    return Array.from({ length }, () => this.value(depth + 1));
  }

  #map(length: number, depth: number): Record<string, unknown> {
    this.#enter(length, depth);
    const object: Record<string, unknown> = {};
    for (let index = 0; index < length; index++) {
      const head = this.#view.getUint8(this.#at);
      const isText = (head >= 0xa0 && head <= 0xbf) || (head >= 0xd9 && head <= 0xdb);
      if (!isText) throw new RangeError("key is no string");
      const key = this.value(depth + 1) as string;
      if (key === "__proto__") throw new RangeError("__proto__");
      object[key] = this.value(depth + 1);
    }
    return object;
  }

  #extension(length: number, depth: number): unknown {
    const code = new DataView(this.#take(1).buffer).getInt8(0);
    const payload = this.#take(length);
    if (code === -1) return timestamp(payload);
    const inner = new ReferenceDecoder(payload, this.#limits);
    const value = code === 1 || code === 2 ? inner.#items(this, depth) : inner.value();
    if (inner.position !== payload.length) throw new RangeError("payload left over");
    const head = payload[0]!;
    if (code === 1) return toMap(value as unknown[]);
    if (code === 2) return new Set(value as unknown[]);
    if (code === 3 && value instanceof Uint8Array) return toBigint(value);
    if (code === 4 && value === null) return undefined;
    if (code === 5 && head === 0x92) return toTypedArray(value as unknown[]);
    throw new RangeError("unknown extension");
  }

  // The elements of a map or set count in the value around it.
  #items(outer: ReferenceDecoder, depth: number): unknown {
    const head = this.#view.getUint8(0);
    if (!((head >= 0x90 && head <= 0x9f) || head === 0xdc || head === 0xdd)) throw new RangeError("no array");
    this.#nodes = outer.#nodes;
    const value = this.value(depth);
    outer.#nodes = this.#nodes;
    return value;
  }

  #enter(count: number, depth: number): void {
    this.#nodes += count;
    if (depth >= this.#limits.maxDepth || this.#nodes > this.#limits.maxNodes) throw new RangeError("limit");
    if (count > this.#view.byteLength - this.#at) throw new RangeError("length claim");
  }

  #integer(size: number, signed: boolean): number | bigint {
    let value = 0n;
    for (const byte of this.#take(size)) value = value * 256n + BigInt(byte);
    if (signed) value = BigInt.asIntN(8 * size, value);
    return value > 2n ** 53n || value < -(2n ** 53n) ? value : Number(value);
  }

  #text(length: number): string {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.#take(length));
    } catch {
      throw new RangeError("not UTF-8");
    }
  }

  #uint(size: number): number {
    return this.#take(size).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  #take(count: number): Uint8Array<ArrayBuffer> {
    if (count > this.#view.byteLength - this.#at) throw new RangeError("too short");
    this.#at += count;
    return new Uint8Array(this.#view.buffer.slice(this.#at - count, this.#at) as ArrayBuffer);
  }
}

function timestamp(payload: Uint8Array): Date {
  let bits = 0n;
  for (const byte of payload) bits = bits * 256n + BigInt(byte);
  const split = payload.length === 8 ? 34n : 64n;
  const nanos = payload.length === 4 ? 0n : bits >> split;
  const seconds = payload.length === 12 ? BigInt.asIntN(64, bits) : BigInt.asUintN(Number(split), bits);
  const inRange = seconds >= -8640000000000n && seconds * 10n ** 9n + nanos <= 8640000000000n * 10n ** 9n;
  if (![4, 8, 12].includes(payload.length) || nanos >= 10n ** 9n || !inRange)
    throw new RangeError("timestamp");
  return new Date(Number(seconds * 1000n + nanos / 1_000_000n));
}

function toMap(items: readonly unknown[]): Map<unknown, unknown> {
  if (items.length % 2 !== 0) throw new RangeError("odd");
  return new Map(items.flatMap((key, index) => (index % 2 === 0 ? [[key, items[index + 1]]] : [])));
}

function toBigint(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes.subarray(1)) value = value * 256n + BigInt(byte);
  const canonical = bytes.length > 1 ? bytes[1] !== 0 && bytes[0]! <= 1 : bytes[0] === 0;
  if (!canonical || bytes.length > 4097) throw new RangeError("bigint");
  return bytes[0] === 1 ? -value : value;
}

function toTypedArray([kind, bytes]: readonly unknown[]): unknown {
  const make = typedArrays.get(String(kind));
  if (make === undefined || !(bytes instanceof Uint8Array)) throw new RangeError("typed array");
  return make(bytes.buffer as ArrayBuffer);
}
