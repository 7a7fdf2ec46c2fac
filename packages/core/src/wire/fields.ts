import { ProtocolError } from "./protocol-error.js";

/** Reads the fields of a map that came off the wire, each with its expected kind. Throws `ProtocolError`. */
export class Fields {
  readonly #frame: string;
  readonly #values: Map<string, unknown>;

  constructor(frame: string, value: unknown) {
    if (!isMap(value)) {
      throw new ProtocolError(`${frame}: expected a map, got ${describe(value)}`);
    }
    this.#frame = frame;
    this.#values = new Map(Object.entries(value));
  }

  any(name: string): unknown {
    return this.#values.get(name);
  }

  string(name: string): string {
    const value = this.#values.get(name);
    return typeof value === "string" ? value : this.#refuse(name, "a string", value);
  }

  optionalString(name: string): string | undefined {
    return this.#values.has(name) ? this.string(name) : undefined;
  }

  boolean(name: string): boolean {
    const value = this.#values.get(name);
    return typeof value === "boolean" ? value : this.#refuse(name, "a boolean", value);
  }

  /** An integer of 32 bits without sign. */
  uint32(name: string): number {
    const value = this.#values.get(name);
    return typeof value === "number" && value >>> 0 === value
      ? value
      : this.#refuse(name, "an integer of 32 bits", value);
  }

  /** An integer from `least`, 0 unless told, to 2^53. */
  count(name: string, least = 0): number {
    const value = this.#values.get(name);
    if (!Number.isSafeInteger(value) || (value as number) < 0) return this.#refuse(name, "a count", value);
    if ((value as number) < least)
      throw new ProtocolError(`${this.#frame}.${name}: expected at least ${least}, got ${value}`);
    return value as number;
  }

  optionalCount(name: string): number | undefined {
    return this.#values.has(name) ? this.count(name) : undefined;
  }

  /** A finite number above 0. */
  optionalPositive(name: string): number | undefined {
    const value = this.#values.get(name);
    if (value === undefined || (typeof value === "number" && value > 0 && value < Infinity)) return value;
    return this.#refuse(name, "a number above 0", value);
  }

  bytes(name: string, length: number): Uint8Array {
    const value = this.#values.get(name);
    return value instanceof Uint8Array && value.length === length
      ? value
      : this.#refuse(name, `${length} bytes`, value);
  }

  strings(name: string): readonly string[] {
    const value = this.#values.get(name);
    const fine = Array.isArray(value) && value.every((item) => typeof item === "string");
    return fine ? value : this.#refuse(name, "a list of strings", value);
  }

  map(name: string): Fields {
    return new Fields(`${this.#frame}.${name}`, this.#values.get(name));
  }

  #refuse(name: string, expected: string, value: unknown): never {
    throw new ProtocolError(`${this.#frame}.${name}: expected ${expected}, got ${describe(value)}`);
  }
}

/** Tells a map with strings as keys, which a `Map`, a date or an array is not. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean") return String(value);
  return typeof value === "object" ? (Array.isArray(value) ? "an array" : "an object") : `a ${typeof value}`;
}
