import { kindOf, literalsOf, type TypeSchema, tagged } from "@rpc/core/contract";
import { referencesOf } from "../read/service-text.js";
import { loopBody } from "./check-loops.js";
import { isIdentifier } from "./names.js";
import type { Writer } from "./writer.js";

/** Literals that are compared one by one; more are looked up. */
const maxCompared = 8;
/** Types inside each other that a value may reach, as in core; deeper ones are left to it. */
const maxDepth = 512;

/**
 * Prints checks of values as JavaScript expressions, which tell whether what a variable holds is of a type.
 *
 * They say yes to nothing that the validator of `@rpc/core/contract` refuses. Parts with loops or alternatives become
 * functions of their own, printed before what uses them.
 */
export class CheckPrinter {
  readonly #out: Writer;
  readonly #types: ReadonlyMap<string, TypeSchema>;
  readonly #recursive: ReadonlySet<string>;
  readonly #names = new Map<string, string>();
  /** Set while a type that contains itself is printed: its functions count how deep they are. */
  #counts = false;
  #parts = 0;

  constructor(out: Writer, types: ReadonlyMap<string, TypeSchema>) {
    this.#out = out;
    this.#types = types;
    this.#recursive = findRecursive(types);
    const taken = new Set<string>();
    for (const type of types.keys()) {
      let name = `is${type.replace(/\W/g, "_")}`;
      while (taken.has(name) || name === "isObject") name += "_";
      taken.add(name);
      this.#names.set(type, name);
    }
  }

  /** Prints the function of a named type; returns its name. */
  type(name: string): string {
    const known = this.#names.get(name)!;
    this.#counts = this.#recursive.has(name);
    const check = this.check(this.#types.get(name)!, "v");
    const deep = this.#counts ? `_depth < ${maxDepth} && ` : "";
    this.#out.block(`function ${known}(v: any${this.#counts ? ", _depth = 0" : ""}): boolean {`, "}", () => {
      this.#out.line(`return ${deep}${check};`);
    });
    this.#out.line();
    this.#counts = false;
    return known;
  }

  /** An expression that checks what `value`, itself an expression, holds; "true" when there is nothing to check. */
  check(schema: TypeSchema, value: string): string {
    if (schema.$ref !== undefined) return this.#reference(schema.$ref.slice("#/types/".length), value);
    switch (kindOf(schema)) {
      case "any":
      case "void":
      case "stream":
      case "callback":
        return "true";
      case "never":
        return "false";
      case "literal":
        return this.#literal(literalsOf(schema), value);
      case "string":
        return Object.keys(schema).every((key) => key === "type" || docs.has(key))
          ? `typeof ${value} === "string"`
          : this.#leaf(schema, value);
      case "number":
        return printNumber(schema, value);
      case "boolean":
        return `typeof ${value} === "boolean"`;
      case "null":
        return `${value} === null`;
      case "undefined":
        return `${value} === undefined`;
      case "date":
        return `${value} instanceof Date`;
      case "bytes":
        return `(${value} instanceof Uint8Array || ${value} instanceof ArrayBuffer)`;
      case "bigint":
        return printBigint(schema, value);
      case "union":
        return this.#union(schema, value);
      case "object":
        return schema["additionalProperties"] === undefined && value === "v"
          ? this.properties(schema, value)
          : this.part(value, loopBody(this.#out, schema, this));
      case "array":
      case "map":
      case "set":
        return this.part(value, loopBody(this.#out, schema, this));
      default:
        return this.#leaf(schema, value);
    }
  }

  /** An expression that checks the named properties of an object type, and that it is an object. */
  properties(schema: TypeSchema, value: string): string {
    const required = new Set(schema["required"] as string[] | undefined);
    const properties = Object.entries((schema["properties"] ?? {}) as Record<string, TypeSchema>);
    const checks = properties.flatMap(([name, type]) => {
      // What every object has is no property of this one.
      const held = isIdentifier(name) ? `${value}.${name}` : `${value}[${JSON.stringify(name)}]`;
      const own =
        name in Object.prototype
          ? `(Object.hasOwn(${value}, ${JSON.stringify(name)}) ? ${held} : undefined)`
          : held;
      const check = this.check(type, own);
      if (check === "true") return [];
      return required.has(name) ? check : `(${own} === undefined || ${check})`;
    });
    // Nearly every object was made by Object, and its prototype says so. No value off the wire holds a function, so nothing
    // can claim it; and asking for the prototype itself would take as long as all the rest.
    const isOfKind = `(${value}.constructor === Object || isObject(${value}))`;
    return [`typeof ${value} === "object" && ${value} !== null`, ...checks, isOfKind].join(" && ");
  }

  /** A call of a function that `print` writes the body of; its parameter is `v`. */
  part(value: string, print: () => void): string {
    const name = `part${++this.#parts}`;
    this.#out.block(
      `function ${name}(v: any${this.#counts ? ", _depth: number" : ""}): boolean {`,
      "}",
      print,
    );
    this.#out.line();
    return `${name}(${value}${this.#counts ? ", _depth" : ""})`;
  }

  #reference(name: string, value: string): string {
    const deeper = this.#counts && this.#recursive.has(name) ? ", _depth + 1" : "";
    return `${this.#names.get(name)}(${value}${deeper})`;
  }

  #literal(values: readonly unknown[], value: string): string {
    const texts = values.map((literal) => JSON.stringify(literal));
    if (texts.length > maxCompared) {
      const name = `values${++this.#parts}`;
      this.#out.line(`const ${name}: ReadonlySet<unknown> = new Set<unknown>([${texts.join(", ")}]);`);
      return `${name}.has(${value})`;
    }
    const compared = texts.map((text) => `${value} === ${text}`).join(" || ");
    return texts.length === 1 ? compared : `(${compared})`;
  }

  // Patterns, lengths in characters and their like are core's to check.
  #leaf(schema: TypeSchema, value: string): string {
    const name = `text${++this.#parts}`;
    this.#out.line(`const ${name} = createValidator(${JSON.stringify(schema)}).accepts;`);
    return `${name}(${value})`;
  }

  #union(schema: TypeSchema, value: string): string {
    const members = schema["anyOf"] as TypeSchema[];
    const tag = schema["x-tag"];
    const byTag = typeof tag === "string" ? tagged(members, tag, this.#types) : undefined;
    if (byTag === undefined) return this.#anyOf(members, value);
    const others = members.filter((member) => ![...byTag.values()].includes(member));
    const cases = [...byTag].map(
      ([literal, member]) => [JSON.stringify(literal), this.#member(member)] as const,
    );
    const otherwise = this.#anyOf(others, "v");
    return this.part(value, () => {
      this.#out.line(`if (typeof v !== "object" || v === null) return ${otherwise};`);
      this.#out.block(`switch (v[${JSON.stringify(tag)}]) {`, "}", () => {
        for (const [literal, check] of cases) this.#out.line(`case ${literal}: return ${check};`);
        this.#out.line(`default: return ${otherwise};`);
      });
    });
  }

  #anyOf(members: readonly TypeSchema[], value: string): string {
    if (members.length === 0) return "false";
    const checks = members.map((member) =>
      value === "v" ? this.#member(member) : this.check(member, value),
    );
    return checks.includes("true") ? "true" : `(${checks.join(" || ")})`;
  }

  // An object among alternatives is a function of its own, so that its checks stay together.
  #member(member: TypeSchema): string {
    const check = this.check(member, "v");
    return check.includes(" && ") ? `(${check})` : check;
  }
}

const docs = new Set(["description", "deprecated", "x-deprecated", "readOnly"]);

function printNumber(schema: TypeSchema, value: string): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema as Readonly<
    Record<string, number | undefined>
  >;
  return [
    schema.type === "integer" ? `Number.isInteger(${value})` : `typeof ${value} === "number"`,
    ...(minimum === undefined ? [] : [`${value} >= ${minimum}`]),
    ...(maximum === undefined ? [] : [`${value} <= ${maximum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`${value} > ${exclusiveMinimum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`${value} < ${exclusiveMaximum}`]),
    ...(multipleOf === undefined ? [] : [`Number.isInteger(${value} / ${multipleOf})`]),
  ].join(" && ");
}

function printBigint(schema: TypeSchema, value: string): string {
  const { const: only, minimum, maximum } = schema as { const?: string; minimum?: number; maximum?: number };
  if (only !== undefined) return `${value} === ${BigInt(only)}n`;
  return [
    `typeof ${value} === "bigint"`,
    ...(minimum === undefined ? [] : [`${value} >= ${minimum}`]),
    ...(maximum === undefined ? [] : [`${value} <= ${maximum}`]),
  ].join(" && ");
}

/** Names of the types that contain themselves. */
function findRecursive(types: ReadonlyMap<string, TypeSchema>): ReadonlySet<string> {
  const references = new Map([...types].map(([name, schema]) => [name, referencesOf(schema)]));
  const reaches = (from: string) => {
    const reached = new Set(references.get(from));
    for (const name of reached) for (const next of references.get(name) ?? []) reached.add(next);
    return reached;
  };
  return new Set([...types.keys()].filter((name) => reaches(name).has(name)));
}
