import { kindOf, type TypeSchema } from "@rpc/core/contract";
import type { CheckPrinter } from "./check-printer.js";
import type { Writer } from "./writer.js";

/**
 * The body of a function that checks `v` as an object, array, tuple, map or set.
 *
 * What the parts need is printed at once; the body when it is asked for.
 */
export function loopBody(out: Writer, schema: TypeSchema, checks: CheckPrinter): () => void {
  switch (kindOf(schema)) {
    case "object":
      return objectBody(out, schema, checks);
    case "array":
      return arrayBody(out, schema, checks);
    case "map": {
      const [key, held] = (schema["x-js"] as { map: [TypeSchema, TypeSchema] }).map;
      const check = allOf(checks.check(key, "key"), checks.check(held, "item"));
      return () => {
        out.line("if (!(v instanceof Map)) return false;");
        if (check !== "true")
          out.line(`for (const [key, item] of v as Map<any, any>) if (!(${check})) return false;`);
        out.line("return true;");
      };
    }
    default: {
      const check = checks.check((schema["x-js"] as { set: TypeSchema }).set, "item");
      return () => {
        out.line("if (!(v instanceof Set)) return false;");
        if (check !== "true") out.line(`for (const item of v as Set<any>) if (!(${check})) return false;`);
        out.line("return true;");
      };
    }
  }
}

function objectBody(out: Writer, schema: TypeSchema, checks: CheckPrinter): () => void {
  const properties = checks.properties(schema, "v");
  const rest = schema["additionalProperties"];
  if (rest === undefined || rest === true) return () => out.line(`return ${properties};`);
  const item = rest === false ? "false" : checks.check(rest as TypeSchema, "item");
  const key = schema["x-key"] === undefined ? "true" : keyCheck(schema["x-key"] as TypeSchema, checks);
  const named = Object.keys((schema["properties"] ?? {}) as object).map(
    (name) => `key === ${JSON.stringify(name)}`,
  );
  return () => {
    out.line(`if (!(${properties})) return false;`);
    out.block("for (const key in v) {", "}", () => {
      if (named.length > 0) out.line(`if (${named.join(" || ")}) continue;`);
      if (key !== "true") out.line(`if (!(${key})) return false;`);
      out.line("const item = v[key];");
      out.line(`if (item !== undefined && !(${item})) return false;`);
    });
    out.line("return true;");
  };
}

// A key is text, also where its type is a number.
function keyCheck(schema: TypeSchema, checks: CheckPrinter): string {
  const [text, number] = [checks.check(schema, "key"), checks.check(schema, "Number(key)")];
  if (text === "true" || schema.type === "string") return text;
  return `${text} || (String(Number(key)) === key && key !== "NaN" && ${number})`;
}

function arrayBody(out: Writer, schema: TypeSchema, checks: CheckPrinter): () => void {
  const first = (schema["prefixItems"] ?? []) as TypeSchema[];
  const { minItems = 0, maxItems = Infinity } = schema as { minItems?: number; maxItems?: number };
  const closed = schema["items"] === false;
  const most = closed ? Math.min(first.length, maxItems) : maxItems;
  const elements = first.map((element, index) => {
    const check = checks.check(element, `v[${index}]`);
    if (check === "true") return [];
    // An optional element may be there as undefined.
    return index < minItems ? [check] : [`(v[${index}] === undefined || ${check})`];
  });
  const items = schema["items"];
  const item =
    closed || items === undefined || items === true ? "true" : checks.check(items as TypeSchema, "item");
  const lengths = [
    ...(minItems > 0 ? [`v.length < ${minItems}`] : []),
    ...(most < Infinity ? [`v.length > ${most}`] : []),
  ];
  return () => {
    out.line(`if (${["!Array.isArray(v)", ...lengths].join(" || ")}) return false;`);
    for (const [check] of elements) if (check !== undefined) out.line(`if (!(${check})) return false;`);
    if (item !== "true")
      out.block(`for (let index = ${first.length}, { length } = v; index < length; index++) {`, "}", () => {
        out.line("const item = v[index];");
        out.line(`if (!(${item})) return false;`);
      });
    out.line(schema["uniqueItems"] === true ? "return new Set(v).size === v.length;" : "return true;");
  };
}

/** Expressions that must all be true, as one. */
export function allOf(...checks: readonly string[]): string {
  return checks.filter((check) => check !== "true").join(" && ") || "true";
}
