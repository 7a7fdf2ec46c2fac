import { parts, readValue } from "#values";
import { noDeadline } from "./call-frames.js";
import { Fields } from "./fields.js";
import { ProtocolError } from "./protocol-error.js";
import { readLength } from "./read-length.js";
import type { ScanLimits } from "./scan.js";
import type { TargetTable } from "./target-table.js";
import type { ValueSource } from "./values.js";

/**
 * The numbers and values of one frame's body after the other, up to its end. Each throws `ProtocolError` when that is not
 * what is there.
 */
export class BodyReader implements ValueSource {
  readonly bytes: Uint8Array;
  /** What can be called by name. */
  readonly targets: TargetTable | undefined;
  /** Where the next number or value begins. */
  position: number;
  /** Where the body ends. */
  end: number;
  readonly #limits: ScanLimits;
  #view: DataView | undefined;

  constructor(bytes: Uint8Array, position: number, limits: ScanLimits, targets: TargetTable | undefined) {
    this.bytes = bytes;
    this.position = position;
    this.end = bytes.length;
    this.#limits = limits;
    this.targets = targets;
  }

  /** A map. */
  fields(frame: string): Fields {
    return new Fields(frame, this.value());
  }

  /** A whole number from 0. */
  count(what: string): number {
    const value = this.value();
    if (!isCount(value)) throw new ProtocolError(`${what}: expected a count, got ${typeof value}`);
    return value;
  }

  /** A text. */
  string(what: string): string {
    const value = this.value();
    if (typeof value !== "string") throw new ProtocolError(`${what}: expected a string, got ${typeof value}`);
    return value;
  }

  /** Made when it is needed: it costs as much as to read a small frame. */
  get view(): DataView {
    const { bytes } = this;
    this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return this.#view;
  }

  /** Any value, scanned before it is decoded, or while. */
  value(): unknown {
    return readValue(this, this.#limits);
  }

  /**
   * Opens an array of `size` values to be read by `element` and then `closeArray`, which costs a quarter less than to make
   * it. False when it has to be read by `value`.
   */
  openArray(size: number): boolean {
    return this.position < this.end && parts.open(this.bytes, this.position, size, this.#limits);
  }

  /** The next value of the array; `notPlain` when the whole array has to be read by `value`, from its beginning. */
  element(): unknown {
    return parts.next(this.bytes, this.end);
  }

  /** All its values were read: goes on behind it. Returns its bytes. */
  closeArray(): number {
    const start = this.position;
    this.position = parts.end;
    return parts.end - start;
  }

  /** Milliseconds left; `Infinity` without a deadline. */
  timeLeft(): number {
    const timeLeft = this.uint32();
    return timeLeft === noDeadline ? Infinity : timeLeft;
  }

  uint8(): number {
    return this.bytes[this.#take(1)]!;
  }

  uint16(): number {
    return readLength(this.bytes, this.#take(2), 2);
  }

  uint32(): number {
    return readLength(this.bytes, this.#take(4), 4);
  }

  #take(count: number): number {
    const at = this.position;
    if (at + count > this.end) throw new ProtocolError("frame ends inside a number");
    this.position = at + count;
    return at;
  }
}

/** Tells a whole number from 0 to 2^53. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
