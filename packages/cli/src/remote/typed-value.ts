import {
  createValidator,
  jsPart,
  kindOf,
  literalsOf,
  propertiesOf,
  resolveType,
  type TypeSchema,
  type Types,
  toSchema,
  toSchemas,
} from "@rpc/core/contract";
import { UsageError } from "../exit-codes.js";
import {
  fromNotation,
  isTagged,
  NotationError,
  readBigint,
  readBytes,
  readDate,
  readTypedArray,
} from "./notation.js";
import { didYouMean, nearest } from "./suggest.js";

/**
 * Reads JSON as a value of a type: a text where the type says Date or bigint becomes one, as does what the notation says.
 *
 * Throws `NotationError` with the way to the culprit; properties that the type does not name are among what is refused,
 * for a misspelt one that may be left out would be left out in silence.
 */
export function readTyped(schema: TypeSchema, json: unknown, types: Types, path: string): unknown {
  const validator = validatorOf(schema, types);
  const value = convert(schema, json, { types, path, depth: 0 });
  const problem = validator.explain(value);
  if (problem === undefined) return value;
  const where = path + problem.path;
  throw new NotationError(where, `expected ${problem.expected}, got ${problem.got}${hint(problem, json)}`);
}

function validatorOf(schema: TypeSchema, types: Types) {
  try {
    return createValidator(schema, types);
  } catch (error) {
    throw new UsageError(
      `the server's contract cannot be understood: ${(error as Error).message}; --unchecked sends without it`,
    );
  }
}

interface Place {
  readonly types: Types;
  readonly path: string;
  readonly depth: number;
}

const deepest = 256;

function convert(schema: TypeSchema, json: unknown, place: Place): unknown {
  const { types, path, depth } = place;
  if (depth > deepest) throw new NotationError(path, `the value is deeper than ${deepest}`);
  const { schema: type } = resolveType(schema, types);
  const kind = kindOf(type);
  const [tag, held] = isTagged(json) ? Object.entries(json)[0]! : [undefined, json];
  switch (kind) {
    case "union":
      return convertUnion(type, json, place);
    case "callback":
      throw new NotationError(path, "a function cannot be given inside a value; call it from a program");
    case "date":
      return typeof json === "string" ? readDate(json, path) : fromNotation(json, path);
    case "bigint":
      return typeof json === "string" || typeof json === "number"
        ? readBigint(json, path)
        : fromNotation(json, path);
    case "bytes":
      return typeof json === "string" ? readBytes(json, path) : fromNotation(json, path);
    case "typedArray": {
      const name = String(jsPart(type, "typedArray"));
      return Array.isArray(json) ? readTypedArray(name, json, path) : fromNotation(json, path);
    }
    case "array":
      return Array.isArray(json) ? convertArray(type, json, place) : fromNotation(json, path);
    case "set": {
      const member = toSchema(jsPart(type, "set"));
      if ((tag !== undefined && tag !== "$set") || !Array.isArray(held)) return fromNotation(json, path);
      return new Set(held.map((part, index) => convert(member, part, step(place, `[${index}]`))));
    }
    case "map":
      return convertMap(type, tag === "$map" || tag === undefined ? held : undefined, json, place);
    case "object":
      if (tag === "$object") return convertObject(type, held, place);
      return tag === undefined || propertiesOf(type).some(([name]) => name === tag)
        ? convertObject(type, json, place)
        : fromNotation(json, path);
    default:
      return fromNotation(json, path);
  }
}

function convertArray(type: TypeSchema, json: readonly unknown[], place: Place): unknown {
  const first = toSchemas(type["prefixItems"]);
  const rest = type["items"] === false ? {} : toSchema(type["items"]);
  return json.map((part, index) => convert(first[index] ?? rest, part, step(place, `[${index}]`)));
}

// As pairs, or, since most keys are texts, as an object.
function convertMap(type: TypeSchema, held: unknown, json: unknown, place: Place): unknown {
  const [key, value] = toSchemas(jsPart(type, "map")) as [TypeSchema, TypeSchema];
  const isObject = typeof held === "object" && held !== null && !Array.isArray(held);
  const pairs = isObject ? Object.entries(held) : held;
  if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2))
    return fromNotation(json, place.path);
  return new Map(
    (pairs as [unknown, unknown][]).map(([name, one], index) => [
      convert(key, name, step(place, `.key(${index})`)),
      convert(
        value,
        one,
        step(place, typeof name === "string" ? `.get(${JSON.stringify(name)})` : `[${index}]`),
      ),
    ]),
  );
}

function convertObject(type: TypeSchema, json: unknown, place: Place): unknown {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return json;
  const properties = new Map(propertiesOf(type));
  const rest = type["additionalProperties"];
  // Without properties it is any object.
  const open = (rest !== undefined && rest !== false) || type["properties"] === undefined;
  return Object.fromEntries(
    Object.entries(json).map(([name, part]) => {
      const property = properties.get(name) ?? (open ? toSchema(rest) : undefined);
      if (name === "__proto__" || property === undefined)
        throw unknownProperty(name, properties, json, place);
      return [name, convert(property, part, step(place, stepTo(name)))];
    }),
  );
}

function unknownProperty(
  name: string,
  properties: ReadonlyMap<string, unknown>,
  json: object,
  { path }: Place,
): NotationError {
  const free = [...properties.keys()].filter((known) => !Object.hasOwn(json, known));
  const meant = didYouMean(name, free);
  const known =
    properties.size === 0 ? "it has none" : `it has ${[...properties.keys()].slice(0, 20).join(", ")}`;
  return new NotationError(path + stepTo(name), `no such property${meant === "" ? `; ${known}` : meant}`);
}

// As it is, if that fits; else as the first member that takes it.
function convertUnion(type: TypeSchema, json: unknown, place: Place): unknown {
  const { types, path } = place;
  const members = toSchemas(type["anyOf"]);
  if (typeof json !== "object" && createValidator(type, types).accepts(json)) return json;
  const failures: NotationError[] = [];
  for (const member of members) {
    try {
      const value = convert(member, json, step(place, ""));
      if (createValidator(member, types).accepts(value)) return value;
    } catch (error) {
      if (!(error instanceof NotationError)) throw error;
      if (isMeant(type, member, json, types)) failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0]!;
  return fromNotation(json, path);
}

// By the tag if there is one, else by being the only object among them.
function isMeant(union: TypeSchema, member: TypeSchema, json: unknown, types: Types): boolean {
  const { schema } = resolveType(member, types);
  if (
    typeof json !== "object" ||
    json === null ||
    kindOf(schema) !== (Array.isArray(json) ? "array" : "object")
  )
    return false;
  const tag = union["x-tag"];
  if (typeof tag !== "string") return true;
  const literal = propertiesOf(schema).find(([name]) => name === tag)?.[1];
  return literal !== undefined && literalsOf(literal).includes(Reflect.get(json, tag));
}

function step(place: Place, added: string): Place {
  return { ...place, path: place.path + added, depth: place.depth + 1 };
}

function stepTo(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function hint({ path, got }: { readonly path: string; readonly got: string }, json: unknown): string {
  const name = /^\.(\w+)$/.exec(path)?.[1];
  if (got !== "undefined" || name === undefined || typeof json !== "object" || json === null) return "";
  const near = nearest(name, Object.keys(json));
  return near === undefined ? "" : ` (there is ${near})`;
}
