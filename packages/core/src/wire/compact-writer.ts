import { deepest } from "../limit-bounds.js";
import { bigintBytes, maxBigintBytes } from "./bigint.js";
import type { ByteSink } from "./byte-sink.js";
import { mapEntries, setMembers } from "./collections.js";
import { put, writeBin, writeCount, writeNumber, writeSized, writeText } from "./compact-primitives.js";
import {
  bigintCode,
  mapCode,
  setCode,
  timestampCode,
  typedArrayCode,
  undefinedCode,
} from "./extension-codes.js";
import { areKeysSpread } from "./key-spread.js";
import {
  badKeys,
  badProperty,
  callingGetter,
  entryStep,
  propertyStep,
  Refusal,
  refuse,
  tooDeep,
  tooMany,
} from "./refusal.js";
import type { ScanLimits } from "./scan.js";
import { typedArrayKind, typedArrayKinds } from "./typed-array-kinds.js";

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
    if (typeof value === "string") writeText(this.#sink, value);
    else if (typeof value === "number") writeNumber(this.#sink, value);
    else if (typeof value === "bigint") this.#bigint(value);
    else if (value === null) put(this.#sink, 1, 0xc0);
    else if (typeof value === "boolean") put(this.#sink, 1, value ? 0xc3 : 0xc2);
    else if (typeof value === "object") this.#object(value);
    else if (value === undefined) {
      put(this.#sink, 2, 0xd400 + undefinedCode);
      put(this.#sink, 1, 0xc0);
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
    else if (prototype === ArrayBuffer.prototype) writeBin(this.#sink, new Uint8Array(value as ArrayBuffer));
    else throw refuse(value);
  }

  // Holes are read as undefined; properties besides the elements are left out.
  #array(array: readonly unknown[]): void {
    // Of a proxy, the length may be anything.
    const length = array.length >>> 0;
    this.#open(array, length);
    writeCount(this.#sink, 0x90, 0xdc, length);
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
        if (key === "__proto__") throw badProperty();
        this.#add(1);
        count++;
        writeText(this.#sink, key);
        this.write(value);
      }
    } catch (error) {
      throw Refusal.from(error).within(propertyStep(key), object);
    }
    this.#before(start, count < 0x10 ? 1 : count < 0x10000 ? 3 : 5, () =>
      writeCount(this.#sink, 0x80, 0xde, count),
    );
    this.#depth--;
  }

  // Copied out first: a getter inside a value might change the map while it is written.
  #map(map: Map<unknown, unknown>): void {
    const entries = mapEntries(map);
    this.#open(map, 2 * entries.length);
    if (!areKeysSpread(entries.map(([key]) => key))) throw badKeys("Map");
    const start = this.#sink.position;
    writeCount(this.#sink, 0x90, 0xdc, 2 * entries.length);
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
    const members = setMembers(set);
    this.#open(set, members.length);
    if (!areKeysSpread(members)) throw badKeys("Set");
    const start = this.#sink.position;
    writeCount(this.#sink, 0x90, 0xdc, members.length);
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
    writeBin(this.#sink, bytes);
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
      put(this.#sink, 2, 0xc70c);
      put(this.#sink, 1, timestampCode);
      put(this.#sink, 4, nanos);
      put(this.#sink, 4, high);
    } else {
      const short = nanos === 0 && high === 0;
      put(this.#sink, 2, (short ? 0xd600 : 0xd700) + timestampCode);
      if (!short) put(this.#sink, 4, nanos * 4 + high);
    }
    put(this.#sink, 4, seconds);
  }

  // Judged by what it holds, whatever its class. Every platform with pages is little-endian, as the bytes are.
  #bytesOf(view: ArrayBufferView): void {
    const kind = typedArrayKind(view);
    // Throws for a buffer that was transferred away, which would look empty.
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    if (kind === undefined || kind === "Uint8Array") return writeBin(this.#sink, bytes);
    if (!typedArrayKinds.has(kind)) throw refuse(view);
    const start = this.#sink.position;
    put(this.#sink, 1, 0x92);
    writeText(this.#sink, kind);
    writeBin(this.#sink, bytes);
    this.#closeExtension(start, typedArrayCode);
  }

  /** Makes what was written from `start` the payload of an extension. */
  #closeExtension(start: number, code: number): void {
    const length = this.#sink.position - start;
    this.#before(start, length < 0x100 ? 3 : length < 0x10000 ? 4 : 6, () => {
      writeSized(this.#sink, 0xc7, length);
      put(this.#sink, 1, code);
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
    if (this.#depth >= maxDepth) throw tooDeep(maxDepth, container);
    this.#depth++;
    this.#add(count);
  }

  #add(values: number): void {
    const { maxNodes } = this.#limits;
    this.#nodes += values;
    if (this.#nodes > maxNodes) throw tooMany(maxNodes);
  }

  // A getter is code of the application, and that may make a call, which would be written into the middle of this value.
  #readOnce(container: object, key: string | number): unknown {
    const { position } = this.#sink;
    const value = (container as Record<string | number, unknown>)[key];
    if (this.#sink.position !== position) throw callingGetter();
    return value;
  }
}
