import { typedArrayKinds } from "@rpc/core/contract";
import { didYouMean } from "./suggest.js";

/** What a text in the notation says wrong, and where. */
export class NotationError extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** Deepest value that is read or written. */
const deepest = 512;

/**
 * A value as JSON can say it: what JSON has no word for becomes an object with one key, such as `{ "$date": "…" }`.
 *
 * `fromNotation` reads it back. An object that has only one key, which begins with `$`, becomes `{ "$object": … }`.
 */
export function toNotation(value: unknown, depth = 0): unknown {
  if (depth > deepest) throw new NotationError("", `the value is deeper than ${deepest}`);
  const inner = (part: unknown) => toNotation(part, depth + 1);
  switch (typeof value) {
    case "undefined":
      return { $undefined: true };
    case "bigint":
      return { $bigint: String(value) };
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: numberText(value) };
    case "object":
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(inner);
  if (value instanceof Date)
    return { $date: Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (value instanceof Map) return { $map: [...value].map(([key, held]) => [inner(key), inner(held)]) };
  if (value instanceof Set) return { $set: [...value].map(inner) };
  if (ArrayBuffer.isView(value))
    return { [`$${nameOf(value)}`]: [...(value as unknown as Iterable<unknown>)].map(element) };
  const plain = Object.fromEntries(Object.entries(value).map(([key, held]) => [key, inner(held)]));
  return isTagged(plain) ? { $object: plain } : plain;
}

/** Reads what `toNotation` wrote, or somebody typed. Throws `NotationError`. */
export function fromNotation(json: unknown, path = "", depth = 0): unknown {
  if (depth > deepest) throw new NotationError(path, `the value is deeper than ${deepest}`);
  if (Array.isArray(json))
    return json.map((part, index) => fromNotation(part, `${path}[${index}]`, depth + 1));
  if (typeof json !== "object" || json === null) return json;
  if (isTagged(json)) return readTagged(json, path, depth + 1);
  return readObject(json, path, depth + 1);
}

/** Whether an object stands for something that JSON has no word for. */
export function isTagged(json: unknown): json is Readonly<Record<string, unknown>> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return false;
  const keys = Object.keys(json);
  return keys.length === 1 && keys[0]!.startsWith("$");
}

/** Reads a date as ISO 8601 writes it, with its zone; a day alone is its midnight, UTC. */
export function readDate(text: unknown, path: string): Date {
  const parts =
    typeof text === "string"
      ? /^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(
          text,
        )
      : null;
  const date = new Date(parts === null ? Number.NaN : String(text));
  const [year, month, day] = (parts ?? []).slice(1).map(Number) as [number, number, number];
  // JavaScript takes the 30th of February for the 2nd of March.
  const isDay = parts !== null && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (Number.isNaN(date.getTime()) || !isDay)
    throw new NotationError(
      path,
      `expected a date such as "2026-01-31" or "2026-01-31T09:30:00Z", got ${JSON.stringify(text)}`,
    );
  return date;
}

/** Reads a whole number of any size. */
export function readBigint(text: unknown, path: string): bigint {
  if (typeof text === "string" && /^-?\d{1,10000}$/.test(text)) return BigInt(text);
  if (Number.isSafeInteger(text)) return BigInt(text as number);
  throw new NotationError(
    path,
    `expected a whole number such as "12", in quotes when it is large; got ${JSON.stringify(text)}`,
  );
}

/** Reads bytes in base64. */
export function readBytes(text: unknown, path: string): Uint8Array {
  if (typeof text === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0)
    return Uint8Array.from(Buffer.from(text, "base64"));
  throw new NotationError(path, `expected bytes in base64 such as "aGk=", got ${JSON.stringify(text)}`);
}

/** Makes a typed array of the name that a contract says. */
export function readTypedArray(name: string, values: unknown, path: string): unknown {
  const Type = typedArrayKinds.get(name);
  if (Type === undefined || !Array.isArray(values))
    throw new NotationError(path, `expected an array of numbers for ${name}, got ${JSON.stringify(values)}`);
  const big = name.startsWith("Big");
  const elements = values.map((value, index) => {
    if (big) return readBigint(value, `${path}[${index}]`);
    const number = fromNotation(value);
    if (typeof number === "number") return number;
    throw new NotationError(`${path}[${index}]`, `expected a number, got ${JSON.stringify(value)}`);
  });
  return new Type(elements as never[]);
}

const tags: ReadonlyMap<string, (held: unknown, path: string, depth: number) => unknown> = new Map([
  ["$date", readDate],
  ["$bigint", readBigint],
  ["$bytes", readBytes],
  ["$number", readNumber],
  ["$undefined", () => undefined],
  ["$map", readMap],
  ["$set", (held, path, depth) => new Set(readArray(held, path, depth))],
  ["$object", readObject],
  ...[...typedArrayKinds.keys()].map(
    (name) => [`$${name}`, (held: unknown, path: string) => readTypedArray(name, held, path)] as const,
  ),
]);

function readTagged(json: Readonly<Record<string, unknown>>, path: string, depth: number): unknown {
  const [[tag, held]] = Object.entries(json) as [[string, unknown]];
  const read = tags.get(tag);
  if (read !== undefined) return read(held, `${path}.${tag}`, depth);
  throw new NotationError(
    path,
    `${JSON.stringify(tag).slice(0, 80)} is no sign of the notation${didYouMean(tag, tags.keys())} An object that really has that one key is written {"$object": …}`,
  );
}

function readObject(json: unknown, path: string, depth: number): unknown {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new NotationError(path, `expected an object, got ${JSON.stringify(json)}`);
  return Object.fromEntries(
    Object.entries(json).map(([key, held]) => {
      if (key === "__proto__") throw new NotationError(path, "a property cannot be named __proto__");
      return [key, fromNotation(held, `${path}.${key}`, depth + 1)];
    }),
  );
}

function readArray(json: unknown, path: string, depth: number): unknown[] {
  if (!Array.isArray(json))
    throw new NotationError(path, `expected an array, got ${JSON.stringify(json).slice(0, 80)}`);
  return json.map((part, index) => fromNotation(part, `${path}[${index}]`, depth + 1));
}

function readMap(json: unknown, path: string, depth: number): Map<unknown, unknown> {
  const pairs = readArray(json, path, depth);
  const wrong = pairs.findIndex((pair) => !Array.isArray(pair) || pair.length !== 2);
  if (wrong >= 0) throw new NotationError(`${path}[${wrong}]`, "expected a pair [key, value]");
  return new Map(pairs as [unknown, unknown][]);
}

function readNumber(text: unknown, path: string): number {
  const found = numbers.get(String(text));
  if (found !== undefined) return found;
  throw new NotationError(path, `expected ${[...numbers.keys()].join(", ")}; got ${JSON.stringify(text)}`);
}

const numbers: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0],
]);

function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function nameOf(value: ArrayBufferView): string {
  return String(Reflect.get(value, Symbol.toStringTag));
}

function element(value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : toNotation(value);
}
