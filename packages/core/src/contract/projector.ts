import type { TypeSchema } from "../service/contract.js";
import { AlternativesReader } from "./alternatives.js";
import { isObject } from "./check-object.js";
import { isRecord, jsPart, kindOf, propertiesOf, resolve, toSchema, toSchemas } from "./schema.js";
import type { Compiler } from "./validator.js";

/** Types that a value may nest through; deeper parts are left as they are. */
const maxDepth = 64;

/**
 * Makes of instances of classes plain objects with the properties that a type names, and leaves everything else as it is.
 *
 * For a value that was refused because of an instance in it: a value of plain data never comes here.
 */
export function createProjector(schema: TypeSchema, compiler: Compiler): (value: unknown) => unknown {
  const alternatives = new AlternativesReader(compiler.types);
  const project = (type: TypeSchema, value: unknown, depth: number): unknown => {
    if (typeof value !== "object" || value === null || depth > maxDepth) return value;
    const target = pick(type, value);
    const inner = (part: unknown, of: unknown) => project(toSchema(part), of, depth + 1);
    switch (kindOf(target)) {
      case "object":
        return isObject(value) ? projectObject(target, value as Record<string, unknown>, inner) : value;
      case "array": {
        const first = toSchemas(target["prefixItems"]);
        return Array.isArray(value)
          ? Array.from(value, (item, index) => inner(first[index] ?? target["items"], item))
          : value;
      }
      case "map": {
        const [key, held] = toSchemas(jsPart(target, "map"));
        return value instanceof Map
          ? new Map(Array.from(value, ([name, one]) => [inner(key, name), inner(held, one)]))
          : value;
      }
      case "set":
        return value instanceof Set
          ? new Set(Array.from(value, (one) => inner(jsPart(target, "set"), one)))
          : value;
      default:
        return value;
    }
  };
  // Of several types that take it, the first: as a validator does.
  const pick = (type: TypeSchema, value: unknown): TypeSchema => {
    const target = resolve(type, compiler.types).schema;
    if (kindOf(target) !== "union") return target;
    return (
      alternatives.read(target).members.find((member) => compiler.check(member.schema)(value))?.schema ?? {}
    );
  };
  return (value) => project(schema, value, 0);
}

function projectObject(
  schema: TypeSchema,
  value: Record<string, unknown>,
  inner: (part: unknown, of: unknown) => unknown,
): Record<string, unknown> {
  const properties = new Map(propertiesOf(schema));
  const prototype = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null;
  const rest = schema["additionalProperties"];
  // A plain object travels with all that it holds, named or not.
  const others = plain || isRecord(rest) ? Object.keys(value).filter((key) => !properties.has(key)) : [];
  return Object.fromEntries([
    ...[...properties].map(([key, type]) => [key, inner(type, value[key])] as const),
    ...others.map((key) => [key, inner(isRecord(rest) ? rest : {}, value[key])] as const),
  ]);
}
