import type { JsType, ParamContract, TypeSchema } from "@rpc/core/contract";
import { constraintNames } from "../schema/constraint-names.js";
import { propertyName } from "./names.js";
import { localName } from "./param-name.js";
import type { TypeNames } from "./type-names.js";
import { docComment } from "./writer.js";

type Callback = Extract<JsType, { callback: unknown }>["callback"];

/** A schema as a TypeScript type. */
export function printType(schema: TypeSchema, names: TypeNames): string {
  if (schema.$ref !== undefined) return names.get(schema.$ref.slice("#/types/".length))!;
  const js = schema["x-js"];
  if (js !== undefined) return printJsType(js, schema, names);
  if ("const" in schema) return JSON.stringify(schema["const"]);
  if (Array.isArray(schema["enum"])) return schema["enum"].map((value) => JSON.stringify(value)).join(" | ");
  if (Array.isArray(schema["anyOf"])) return printUnion(schema["anyOf"], names);
  if ("not" in schema) return "never";
  if (schema.type === "array") return printArray(schema, names);
  if (schema.type === "integer") return "number";
  return schema.type === "object" ? printObject(schema, names) : schema.type!;
}

/** Prints the parameters of a method or of a callback. */
export function printParams(params: readonly ParamContract[], names: TypeNames): string[] {
  return params.map((param, index) => printParam(param, params.slice(index + 1), names));
}

/** The members of an object type, one after the other, each with its docs unless told otherwise. */
export function printMembers(schema: TypeSchema, names: TypeNames, { docs } = { docs: true }): string[] {
  const required = new Set(schema["required"] as string[] | undefined);
  const properties = Object.entries((schema["properties"] ?? {}) as Record<string, TypeSchema>);
  const members = properties.map(([name, property]) => {
    const readonly = property["readOnly"] ? "readonly " : "";
    const mark = required.has(name) ? "" : "?";
    const doc = docs ? docText(property) : undefined;
    return `${doc ? `${docComment(doc)}\n` : ""}${readonly}${propertyName(name)}${mark}: ${printType(property, names)};`;
  });
  const rest = schema["additionalProperties"] as TypeSchema | undefined;
  if (rest === undefined) return members;
  const key = schema["x-key"] ? printType(schema["x-key"] as TypeSchema, names) : "string";
  return [...members, `[key: ${key}]: ${printType(rest, names)};`];
}

/** What a schema says for people: its description, and that it is deprecated. */
export function docText(schema: TypeSchema): string | undefined {
  const text = (schema["x-deprecated"] as string | undefined) ?? schema["deprecated"];
  return joinDoc(
    schema["description"] as string | undefined,
    constraintTags(schema),
    deprecation(text as string | true | undefined),
  );
}

function printParam(param: ParamContract, following: readonly ParamContract[], names: TypeNames): string {
  const type = printType(param.type, names);
  const name = localName(param.name);
  if (param.rest) return `...${name}: ${/ \| |^readonly /.test(type) ? `(${type})` : type}[]`;
  if (!param.optional) return `${name}: ${type}`;
  // Only the last parameters can be left out; one before a required one is given as undefined.
  const isLast = following.every((other) => other.optional || other.rest);
  if (isLast) return `${name}?: ${type}`;
  return `${name}: ${type.startsWith("(") ? `(${type})` : type} | undefined`;
}

function constraintTags(schema: TypeSchema): string | undefined {
  const tags: string[] = [];
  for (const name of constraintNames) if (schema[name] !== undefined) tags.push(`@${name} ${schema[name]}`);
  const members = (schema["anyOf"] as TypeSchema[] | undefined) ?? [schema];
  if (members.some(({ type }) => type === "integer")) tags.push("@int");
  return tags.join("\n") || undefined;
}

/** The tag that says a thing is deprecated; undefined when it is not. */
export function deprecation(text: string | true | undefined): string | undefined {
  return text === true ? "@deprecated" : text && `@deprecated ${text}`;
}

/** Paragraphs of a doc comment; undefined when there are none. */
export function joinDoc(...parts: (string | undefined)[]): string | undefined {
  return parts.filter((part) => part !== undefined).join("\n\n") || undefined;
}

/** Lines pushed two spaces to the right. */
export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

function printJsType(js: JsType, schema: TypeSchema, names: TypeNames): string {
  const readonly = schema["x-readonly"] ? "Readonly" : "";
  if (js === "bigint") return typeof schema["const"] === "string" ? `${schema["const"]}n` : "bigint";
  if (js === "date") return "Date";
  if (js === "bytes") return "Uint8Array";
  if (js === "any") return "unknown";
  if (typeof js === "string") return js;
  if ("stream" in js) return `AsyncIterable<${printType(js.stream, names)}>`;
  if ("callback" in js) return printCallback(js.callback, names);
  if ("map" in js) return `${readonly}Map<${printType(js.map[0], names)}, ${printType(js.map[1], names)}>`;
  if ("set" in js) return `${readonly}Set<${printType(js.set, names)}>`;
  return "typedArray" in js ? js.typedArray : `\`${js.template}\``;
}

// It may take its time: the server waits for what it gives. Of one that gives nothing, anything will do.
function printCallback({ params, result }: Callback, names: TypeNames): string {
  const given = printType(result, names);
  const answer = result["x-js"] === "void" ? given : `${given} | Promise<${given}>`;
  return `(${printParams(params, names).join(", ")}) => ${answer}`;
}

// "Nothing" reads best at the end.
function printUnion(members: readonly TypeSchema[], names: TypeNames): string {
  const isNothing = (member: TypeSchema) => member.type === "null" || member["x-js"] === "undefined";
  const ordered = [...members.filter((member) => !isNothing(member)), ...members.filter(isNothing)];
  return ordered.map((member) => printType(member, names)).join(" | ");
}

function printArray(schema: TypeSchema, names: TypeNames): string {
  const readonly = schema["x-readonly"] ? "readonly " : "";
  const prefix = schema["prefixItems"] as TypeSchema[] | undefined;
  if (prefix === undefined) return `${readonly}${printItem(schema["items"] as TypeSchema, names)}[]`;
  const labels = schema["x-labels"] as string[] | undefined;
  const needed = (schema["minItems"] as number | undefined) ?? prefix.length;
  const elements = prefix.map((element, index) => {
    const optional = index >= needed ? "?" : "";
    if (labels) return `${labels[index]}${optional}: ${printType(element, names)}`;
    return optional ? `${printItem(element, names)}?` : printType(element, names);
  });
  if (schema["items"] !== false) {
    const label = labels ? `${labels[prefix.length]}: ` : "";
    elements.push(`...${label}${printItem(schema["items"] as TypeSchema, names)}[]`);
  }
  return `${readonly}[${elements.join(", ")}]`;
}

function printItem(schema: TypeSchema, names: TypeNames): string {
  const text = printType(schema, names);
  const several =
    Array.isArray(schema["anyOf"]) || (Array.isArray(schema["enum"]) && schema["enum"].length > 1);
  return several || text.startsWith("readonly ") ? `(${text})` : text;
}

function printObject(schema: TypeSchema, names: TypeNames): string {
  // Nothing is known of its properties, so interfaces must fit too; they do not fit an index signature.
  if (schema["properties"] === undefined) return "object";
  const members = printMembers(schema, names, { docs: false });
  if (members.length === 0) return "Record<string, never>";
  const short = `{ ${members.join(" ").replace(/;$/, "")} }`;
  if (short.length <= 80 && !short.includes("\n")) return short;
  return `{\n${members.map(indent).join("\n")}\n}`;
}
