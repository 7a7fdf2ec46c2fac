import type { TypeSchema } from "../service/contract.js";
import { plainTypeof } from "./check-object.js";
import { resolve, toSchema, toSchemas } from "./schema.js";
import type { Check, Compiler } from "./validator.js";

/** Compiles arrays and tuples. */
export function compileArray(schema: TypeSchema, compiler: Compiler): Check {
  const first = toSchemas(schema["prefixItems"]).map((element) => compiler.check(element));
  const {
    minItems = 0,
    maxItems = Infinity,
    uniqueItems,
  } = schema as { minItems?: number; maxItems?: number; uniqueItems?: boolean };
  const closed = schema["items"] === false;
  const most = closed ? Math.min(first.length, maxItems) : maxItems;
  const rest = closed ? () => false : compiler.check(toSchema(schema["items"]));
  const plain = closed ? 0 : plainTypeof(resolve(toSchema(schema["items"]), compiler.types).schema);
  const isElements = (array: readonly unknown[]) => {
    const { length } = array;
    if (length < minItems || length > most) return false;
    let index = 0;
    for (; index < length && index < first.length; index++) {
      // An optional element may be there as undefined.
      if (!first[index]!(array[index]) && !(array[index] === undefined && index >= minItems)) return false;
    }
    // A call for each plain text or number would cost several times the look at it.
    if (plain === 1) for (; index < length; index++) if (typeof array[index] !== "string") return false;
    if (plain === 2) for (; index < length; index++) if (typeof array[index] !== "number") return false;
    for (; index < length; index++) if (!rest(array[index])) return false;
    return true;
  };
  if (uniqueItems === true)
    return (value) => Array.isArray(value) && isElements(value) && new Set(value).size === value.length;
  return (value) => Array.isArray(value) && isElements(value);
}
