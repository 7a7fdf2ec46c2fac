import { deepest } from "../limit-bounds.js";
import { bigintBytes, maxBigintBytes } from "./bigint.js";
import type { ByteSink } from "./byte-sink.js";
import {
  bigintCode,
  mapCode,
  setCode,
  timestampCode,
  typedArrayCode,
  undefinedCode,
} from "./extension-codes.js";
import { areKeysSpread } from "./key-spread.js";
import { entryStep, propertyStep, Refusal, refuse } from "./refusal.js";
import type { ScanLimits } from "./scan.js";
import { typedArrayKind, typedArrayKinds } from "./typed-array-kinds.js";

const utf8 = new TextEncoder();
const setters = { 1: "setUint8", 2: "setUint16", 4: "setUint32" } as const;

/**
 * Writes values byte for byte as `ValueWriter` does, and refuses what that refuses, in the same words. For pages, where it
 * is half of the code; Node has that one, which is quicker.
 */
export class CompactWriter {
  readonly #sink: ByteSink;
  readonly #limits: ScanLimits;
  #depth = 0;
  #nodes = 1;

  constructor(sink: ByteSink, limits: ScanLimits) {
    this.#sink = sink;
    this.#limits = limits;
  }

  /** Throws `Refusal`, or what a getter threw, and leaves the sink where it stopped. */
  write(value: unknown): void {
    if (typeof value === "string") this.#string(value);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "bigint") this.#bigint(value);
    else if (value === null) this.#put(1, 0xc0);
    else if (typeof value === "boolean") this.#put(1, value ? 0xc3 : 0xc2);
    else if (typeof value === "object") this.#object(value);
    else if (value === undefined) {
      this.#put(2, 0xd400 + undefinedCode);
      this.#put(1, 0xc0);
    } else throw refuse(value);
  }

  #object(value: object): void {
    if (Array.isArray(value)) return this.#array(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null)
      this.#plainObject(value as Record<string, unknown>);
    else if (prototype === Map.prototype) this.#map(value as Map<unknown, unknown>);
    else if (prototype === Set.prototype) this.#set(value as Set<unknown>);
    else if (prototype === Date.prototype) this.#date(value as Date);
    else if (ArrayBuffer.isView(value)) this.#bytesOf(value);
    else if (prototype === ArrayBuffer.prototype) this.#bin(new Uint8Array(value as ArrayBuffer));
    else throw refuse(value);
  }

  #number(value: number): void {
    const isInteger = Number.isInteger(value) && Math.abs(value) <= 2 ** 53 && !Object.is(value, -0);
    if (!isInteger) {
      this.#put(1, 0xcb);
      this.#sink.reserve(8);
      this.#sink.view.setFloat64(this.#sink.position, value);
      this.#sink.position += 8;
    } else if (value >= -0x20 && value < 0x80) this.#put(1, value);
    else {
      const size = value < 0 ? -2 * (value + 1) + 1 : value;
      if (size >= 2 ** 32) {
        this.#put(1, value < 0 ? 0xd3 : 0xcf);
        this.#put(4, Math.floor(value / 2 ** 32));
        this.#put(4, value);
      } else this.#sized(value < 0 ? 0xd0 : 0xcc, size, value);
    }
  }

  #string(value: string): void {
    if (/\p{Surrogate}/u.test(value))
      throw new Refusal(
        "a string with a lone surrogate cannot travel; make it well-formed, such as by toWellFormed()",
      );
    const bytes = utf8.encode(value);
    if (bytes.length < 0x20) this.#put(1, 0xa0 + bytes.length);
    else this.#sized(0xd9, bytes.length);
    this.#copy(bytes);
  }

  #bin(bytes: Uint8Array): void {
    this.#sized(0xc4, bytes.length);
    this.#copy(bytes);
  }

  #copy(bytes: Uint8Array): void {
    const sink = this.#sink;
    sink.reserve(bytes.length);
    sink.bytes.set(bytes, sink.position);
    sink.position += bytes.length;
  }

  /** Writes the head of an array or map: `short` says less than sixteen itself, `long` in two bytes, the next in four. */
  #count(short: number, long: number, count: number): void {
    if (count < 0x10) this.#put(1, short + count);
    else if (count < 0x10000) {
      this.#put(1, long);
      this.#put(2, count);
    } else this.#sized(long - 1, count);
  }

  /** Writes a head and a number in as many bytes as `size` needs: the head is that of one byte, those of two and four follow. */
  #sized(head: number, size: number, value: number = size): void {
    const power = size < 0x100 ? 0 : size < 0x10000 ? 1 : 2;
    this.#put(1, head + power);
    this.#put(powers[power]!, value);
  }

  #put(width: 1 | 2 | 4, value: number): void {
    const sink = this.#sink;
    sink.reserve(width);
    sink.view[setters[width]](sink.position, value);
    sink.position += width;
  }

  // Holes are read as undefined; properties besides the elements are left out.
  #array(array: readonly unknown[]): void {
    // Of a proxy, the length may be anything.
    const length = array.length >>> 0;
    this.#open(array, length);
    this.#count(0x90, 0xdc, length);
    let index = 0;
    try {
      for (; index < length; index++) this.write(this.#readOnce(array, index));
    } catch (error) {
      throw Refusal.from(error).within(`[${index}]`, array);
    }
    this.#depth--;
  }

  #plainObject(object: Record<string, unknown>): void {
    this.#open(object, 0);
    const start = this.#sink.position;
    let count = 0;
    const keys: string[] = [];
    for (const key in object) keys.push(key);
    let key = "";
    try {
      for (key of keys) {
        const value = Object.hasOwn(object, key) ? this.#readOnce(object, key) : undefined;
        if (value === undefined) continue;
        if (key === "__proto__") throw new Refusal("a property named __proto__ cannot travel; rename it");
        this.#add(1);
        count++;
        this.#string(key);
        this.write(value);
      }
    } catch (error) {
      throw Refusal.from(error).within(propertyStep(key), object);
    }
    this.#before(start, count < 0x10 ? 1 : count < 0x10000 ? 3 : 5, () => this.#count(0x80, 0xde, count));
    this.#depth--;
  }

  // Copied out first: a getter inside a value might change the map while it is written.
  #map(map: Map<unknown, unknown>): void {
    const entries: [unknown, unknown][] = [];
    Map.prototype.forEach.call(map, (value, key) => entries.push([key, value]));
    this.#open(map, 2 * entries.length);
    if (!areKeysSpread(entries.map(([key]) => key))) throw badKeys("Map");
    const start = this.#sink.position;
    this.#count(0x90, 0xdc, 2 * entries.length);
    let step = "";
    try {
      entries.forEach(([key, value], index) => {
        step = `.key(${index})`;
        this.write(key);
        step = entryStep(key, index);
        this.write(value);
      });
    } catch (error) {
      throw Refusal.from(error).within(step, map);
    }
    this.#closeExtension(start, mapCode);
    this.#depth--;
  }

  #set(set: Set<unknown>): void {
    const members: unknown[] = [];
    Set.prototype.forEach.call(set, (member) => members.push(member));
    this.#open(set, members.length);
    if (!areKeysSpread(members)) throw badKeys("Set");
    const start = this.#sink.position;
    this.#count(0x90, 0xdc, members.length);
    let index = 0;
    try {
      for (; index < members.length; index++) this.write(members[index]);
    } catch (error) {
      throw Refusal.from(error).within(`.member(${index})`, set);
    }
    this.#closeExtension(start, setCode);
    this.#depth--;
  }

  #bigint(value: bigint): void {
    const bytes = bigintBytes(value);
    if (bytes === undefined)
      throw new Refusal(`a bigint of more than ${maxBigintBytes} bytes cannot travel; send a Uint8Array`);
    const start = this.#sink.position;
    this.#bin(bytes);
    this.#closeExtension(start, bigintCode);
  }

  // In the shortest of the three forms.
  #date(date: Date): void {
    const time = Date.prototype.getTime.call(date);
    if (Number.isNaN(time)) throw new Refusal("an invalid Date cannot travel; send null for no date");
    const seconds = Math.floor(time / 1000);
    const nanos = (time - seconds * 1000) * 1_000_000;
    const high = Math.floor(seconds / 2 ** 32);
    if (high < 0 || high >= 4) {
      this.#put(2, 0xc70c);
      this.#put(1, timestampCode);
      this.#put(4, nanos);
      this.#put(4, high);
    } else {
      const short = nanos === 0 && high === 0;
      this.#put(2, (short ? 0xd600 : 0xd700) + timestampCode);
      if (!short) this.#put(4, nanos * 4 + high);
    }
    this.#put(4, seconds);
  }

  // Judged by what it holds, whatever its class. Every platform with pages is little-endian, as the bytes are.
  #bytesOf(view: ArrayBufferView): void {
    const kind = typedArrayKind(view);
    // Throws for a buffer that was transferred away, which would look empty.
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    if (kind === undefined || kind === "Uint8Array") return this.#bin(bytes);
    if (!typedArrayKinds.has(kind)) throw refuse(view);
    const start = this.#sink.position;
    this.#put(1, 0x92);
    this.#string(kind);
    this.#bin(bytes);
    this.#closeExtension(start, typedArrayCode);
  }

  /** Makes what was written from `start` the payload of an extension. */
  #closeExtension(start: number, code: number): void {
    const length = this.#sink.position - start;
    this.#before(start, length < 0x100 ? 3 : length < 0x10000 ? 4 : 6, () => {
      this.#sized(0xc7, length);
      this.#put(1, code);
    });
  }

  /** Writes a head of `room` bytes before what was written from `start`. */
  #before(start: number, room: number, writeHead: () => void): void {
    const sink = this.#sink;
    const { position } = sink;
    sink.reserve(room);
    sink.bytes.copyWithin(start + room, start, position);
    sink.position = start;
    writeHead();
    sink.position = position + room;
  }

  #open(container: object, count: number): void {
    const maxDepth = Math.min(this.#limits.maxDepth, deepest);
    if (this.#depth >= maxDepth)
      throw new Refusal(`deeper than maxDepth ${maxDepth} cannot travel; send it flatter`, {
        tooDeep: container,
      });
    this.#depth++;
    this.#add(count);
  }

  #add(values: number): void {
    const { maxNodes } = this.#limits;
    this.#nodes += values;
    if (this.#nodes > maxNodes)
      throw new Refusal(`more than maxNodes ${maxNodes} values cannot travel at once; send them in parts`);
  }

  // A getter is code of the application, and that may make a call, which would be written into the middle of this value.
  #readOnce(container: object, key: string | number): unknown {
    const { position } = this.#sink;
    const value = (container as Record<string | number, unknown>)[key];
    if (this.#sink.position !== position)
      throw new Refusal("its getter makes a call, which cannot be while it is sent");
    return value;
  }
}

const powers = [1, 2, 4] as const;

function badKeys(kind: "Map" | "Set"): Refusal {
  return new Refusal(`a ${kind} whose number keys hash alike cannot travel; send an array of what it holds`);
}
