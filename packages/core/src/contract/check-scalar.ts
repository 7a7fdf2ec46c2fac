import type { TypeSchema } from "../service/contract.js";
import { findFormat } from "./formats.js";
import { compilePattern } from "./pattern.js";
import { jsPart, type Kind } from "./schema.js";
import { compileTemplate } from "./template.js";
import type { Check } from "./validator.js";

/** Compiles what has no parts: strings, numbers, dates, bytes and their like. */
export function compileScalar(kind: Kind, schema: TypeSchema): Check {
  switch (kind) {
    case "string":
      return compileString(schema);
    case "number":
      return compileNumber(schema);
    case "boolean":
      return (value) => typeof value === "boolean";
    case "null":
      return (value) => value === null;
    case "undefined":
      return (value) => value === undefined;
    case "date":
      return (value) => value instanceof Date;
    case "bytes":
      return (value) => value instanceof Uint8Array || value instanceof ArrayBuffer;
    case "bigint":
      return compileBigint(schema);
    default:
      return compileTypedArray(String(jsPart(schema, "typedArray")));
  }
}

function compileString(schema: TypeSchema): Check {
  const { minLength, maxLength, pattern, format } = schema as {
    minLength?: number;
    maxLength?: number;
    pattern?: string;
    format?: string;
  };
  const template = jsPart(schema, "template");
  const tests: ((text: string) => boolean)[] = [];
  // Lengths are counted in characters, as JSON Schema does, and that only when units leave it open.
  if (minLength !== undefined)
    tests.push(
      (text) => text.length >= minLength && (text.length >= 2 * minLength || charactersIn(text) >= minLength),
    );
  if (maxLength !== undefined)
    tests.push(
      (text) => text.length <= maxLength || (text.length <= 2 * maxLength && charactersIn(text) <= maxLength),
    );
  if (pattern !== undefined) tests.push(compilePattern(pattern));
  if (typeof template === "string") tests.push(compileTemplate(template));
  const known = format === undefined ? undefined : findFormat(format);
  if (known !== undefined) tests.push(known);
  return withTests((value) => typeof value === "string", tests);
}

function charactersIn(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function compileNumber(schema: TypeSchema): Check {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, type } = schema as Readonly<
    Record<string, number | undefined>
  >;
  const tests: ((value: number) => boolean)[] = [];
  if (minimum !== undefined) tests.push((value) => value >= minimum);
  if (maximum !== undefined) tests.push((value) => value <= maximum);
  if (exclusiveMinimum !== undefined) tests.push((value) => value > exclusiveMinimum);
  if (exclusiveMaximum !== undefined) tests.push((value) => value < exclusiveMaximum);
  if (multipleOf !== undefined) tests.push((value) => Number.isInteger(value / multipleOf));
  // NaN and Infinity are numbers to TypeScript, and travel.
  return (type as unknown) === "integer"
    ? withTests(Number.isInteger, tests)
    : withTests((value) => typeof value === "number", tests);
}

function compileBigint(schema: TypeSchema): Check {
  const { const: only, minimum, maximum } = schema as { const?: string; minimum?: number; maximum?: number };
  if (only !== undefined) {
    const literal = BigInt(only);
    return (value) => value === literal;
  }
  const tests: ((value: bigint) => boolean)[] = [];
  if (minimum !== undefined) tests.push((value) => value >= minimum);
  if (maximum !== undefined) tests.push((value) => value <= maximum);
  return withTests((value) => typeof value === "bigint", tests);
}

function compileTypedArray(kind: string): Check {
  return (value) => ArrayBuffer.isView(value) && Reflect.get(value, Symbol.toStringTag) === kind;
}

function withTests<Value>(isKind: Check, tests: readonly ((value: Value) => boolean)[]): Check {
  if (tests.length === 0) return isKind;
  if (tests.length === 1) {
    const [test] = tests as [(value: Value) => boolean];
    return (value) => isKind(value) && test(value as Value);
  }
  return (value) => isKind(value) && tests.every((test) => test(value as Value));
}
