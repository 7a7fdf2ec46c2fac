import type { TypeSchema } from "../service/contract.js";
import { isRecord, propertiesOf, requiredOf } from "./schema.js";
import type { Check, Compiler } from "./validator.js";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Compiles an object type.
 *
 * A property that is undefined is as good as absent, for it is left out on the wire. Instances of classes are taken by
 * the properties they have; collections and dates, which are other types, are not.
 */
export function compileObject(schema: TypeSchema, compiler: Compiler): Check {
  const properties = compileProperties(schema, compiler);
  const rest = compileRest(schema, compiler, new Set(properties.keys));
  if (rest !== undefined)
    return (value) => isObject(value) && properties.check(value as Fields) && rest(value as Fields);
  const { check } = properties;
  return (value) => isObject(value) && check(value as Fields);
}

/** Tells what an object type takes from arrays, dates, maps and their like. */
export function isObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return !(
    Array.isArray(value) ||
    value instanceof Date ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof Promise ||
    value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value)
  );
}

function compileProperties(
  schema: TypeSchema,
  compiler: Compiler,
): { keys: readonly string[]; check: (value: Fields) => boolean } {
  const required = requiredOf(schema);
  const entries = propertiesOf(schema).map(([key, type]) => {
    const check = compiler.check(type);
    const field = required.has(key) ? check : (value: unknown) => value === undefined || check(value);
    return { key, field, typeof: plainTypeof(type) };
  });
  const keys = entries.map(({ key }) => key);
  const fields = entries.map(({ field }) => field);
  // What every object has is no property of this one.
  if (keys.some((key) => key in Object.prototype)) {
    return {
      keys,
      check: (value) =>
        keys.every((key, index) =>
          fields[index]!(key in Object.prototype && !Object.hasOwn(value, key) ? undefined : value[key]),
        ),
    };
  }
  // A call for each plain text or number would cost more than the look at it: a third of the time of an order of 8 fields.
  const steps = entries.map(({ key, field, typeof: kind }) => ({ key, field, kind }));
  return {
    keys,
    check(value) {
      for (let index = 0; index < steps.length; index++) {
        const { key, field, kind } = steps[index]!;
        const held = value[key];
        if (kind === 1 ? typeof held === "string" : kind === 2 && typeof held === "number") continue;
        if (!field(held)) return false;
      }
      return true;
    },
  };
}

/** 1 for any string, 2 for any number, 0 for what needs its check. */
export function plainTypeof(type: TypeSchema): 0 | 1 | 2 {
  if (Object.keys(type).some((key) => key !== "type" && key !== "description" && key !== "readOnly"))
    return 0;
  return type.type === "string" ? 1 : type.type === "number" ? 2 : 0;
}

function compileRest(
  schema: TypeSchema,
  compiler: Compiler,
  named: ReadonlySet<string>,
): ((value: Fields) => boolean) | undefined {
  const { additionalProperties } = schema;
  const closed = additionalProperties === false;
  if (!closed && !isRecord(additionalProperties)) return undefined;
  const check = closed ? () => false : compiler.check(additionalProperties as TypeSchema);
  const key = isRecord(schema["x-key"]) ? compileKey(schema["x-key"], compiler) : undefined;
  return (value) => {
    for (const name of Object.keys(value)) {
      if (named.has(name)) continue;
      if (key !== undefined && !key(name)) return false;
      if (value[name] !== undefined && !check(value[name])) return false;
    }
    return true;
  };
}

/** Compiles the type of an object's keys: a key is text, also where its type is a number. */
export function compileKey(schema: TypeSchema, compiler: Compiler): (key: string) => boolean {
  const check = compiler.check(schema);
  return (key) => check(key) || (String(Number(key)) === key && key !== "NaN" && check(Number(key)));
}
