import type { TypeSchema } from "../service/contract.js";
import {
  isRecord,
  jsPart,
  kindOf,
  literalsOf,
  propertiesOf,
  referredName,
  requiredOf,
  toSchema,
  toSchemas,
} from "./schema.js";

/** Longest text of a type in a message. */
const longest = 120;
const deepest = 3;

/** A type for people, as TypeScript would write it, cut where it gets long. */
export function typeText(schema: TypeSchema): string {
  const text = print(schema, 0);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** The same, of any length: parts nested too deep are still cut, and lists behind their first 20. */
export function wholeTypeText(schema: TypeSchema): string {
  return print(schema, 0);
}

const constraints = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "uniqueItems",
  "pattern",
  "format",
] as const;

/** The limits a schema sets besides its type, such as `minimum 0`; empty when there are none. */
export function constraintText(schema: TypeSchema): string {
  const integer = schema.type === "integer" ? ["a whole number"] : [];
  const said = constraints.flatMap((name) => {
    if (schema[name] === undefined || (schema["prefixItems"] !== undefined && name === "minItems")) return [];
    return [`${name} ${String(schema[name])}`];
  });
  return [...integer, ...said].join(", ");
}

function print(schema: TypeSchema, depth: number): string {
  if (depth > deepest) return "…";
  const kind = kindOf(schema);
  const inner = (part: unknown) => print(toSchema(part), depth + 1);
  switch (kind) {
    case "reference":
      return referredName(schema) ?? String(schema.$ref);
    case "any":
      return "unknown";
    case "date":
      return "Date";
    case "bytes":
      return "Uint8Array";
    case "literal":
      return literalsOf(schema)
        .slice(0, 20)
        .map((value) => JSON.stringify(value))
        .join(" | ");
    case "bigint":
      return typeof schema["const"] === "string" ? `${schema["const"]}n` : "bigint";
    case "union":
      return toSchemas(schema["anyOf"])
        .slice(0, 20)
        .map((member) => print(member, depth + 1))
        .join(" | ");
    case "map": {
      const pair = jsPart(schema, "map");
      return Array.isArray(pair) ? `Map<${inner(pair[0])}, ${inner(pair[1])}>` : "Map";
    }
    case "set":
      return `Set<${inner(jsPart(schema, "set"))}>`;
    case "typedArray":
      return String(jsPart(schema, "typedArray"));
    case "stream":
      return `AsyncIterable<${inner(jsPart(schema, "stream"))}>`;
    case "callback":
      return "a callback";
    case "array":
      return printArray(schema, depth);
    case "object":
      return printObject(schema, depth);
    case "string": {
      const template = jsPart(schema, "template");
      return typeof template === "string" ? `\`${template}\`` : "string";
    }
    case "unreadable":
      return `an unknown type (${String(schema.type ?? JSON.stringify(schema["x-js"])).slice(0, 40)})`;
    default:
      return kind;
  }
}

function printArray(schema: TypeSchema, depth: number): string {
  if (!Array.isArray(schema["prefixItems"])) {
    const item = print(toSchema(schema["items"]), depth + 1);
    return /[ |]/.test(item) && !item.startsWith("{") ? `(${item})[]` : `${item}[]`;
  }
  const needed = typeof schema["minItems"] === "number" ? schema["minItems"] : 0;
  const elements = toSchemas(schema["prefixItems"]).slice(0, 20);
  const printed = elements.map(
    (element, index) => `${print(element, depth + 1)}${index >= needed ? "?" : ""}`,
  );
  if (schema["items"] !== false) printed.push(`...${print(toSchema(schema["items"]), depth + 1)}[]`);
  return `[${printed.join(", ")}]`;
}

function printObject(schema: TypeSchema, depth: number): string {
  const required = requiredOf(schema);
  const members = propertiesOf(schema)
    .slice(0, 20)
    .map(([name, type]) => `${name}${required.has(name) ? "" : "?"}: ${print(type, depth + 1)}`);
  if (isRecord(schema["additionalProperties"])) {
    members.push(`[key: string]: ${print(toSchema(schema["additionalProperties"]), depth + 1)}`);
  }
  return members.length === 0 ? "object" : `{ ${members.join("; ")} }`;
}
