import type { TypeSchema } from "../service/contract.js";
import { compileArray } from "./check-array.js";
import { compileObject } from "./check-object.js";
import { compileScalar } from "./check-scalar.js";
import { compileUnion } from "./check-union.js";
import { explain, type Problem } from "./explain.js";
import { jsPart, kindOf, literalsOf, resolve, type Types, toSchema, toSchemas } from "./schema.js";

/** Tells whether a value is of a type. */
export type Check = (value: unknown) => boolean;

/** Compiles the parts of a type. */
export interface Compiler {
  readonly types: Types;
  check(schema: TypeSchema): Check;
}

/** Checks values against one type of a contract. */
export interface Validator {
  /** Whether a value is of the type: quick, and says no more. */
  accepts(value: unknown): boolean;
  /** Where and why a value is not of the type; undefined when it is. */
  explain(value: unknown): Problem | undefined;
}

/** Types inside each other that a value may reach; deeper values, and such that contain themselves, are refused. */
const maxDepth = 512;

/**
 * Makes a validator of a type.
 *
 * It is compiled into closures once, without `new Function`, so that it works where a content security policy forbids
 * that. Properties that the type does not name are let pass, as TypeScript does. Streams and callbacks are let pass: who
 * carries them checks what goes through them.
 *
 * @throws TypeError for a schema that this version cannot read, or a `pattern` that could take forever.
 */
export function createValidator(schema: TypeSchema, types: Types = new Map()): Validator {
  return createValidators(types).of(schema);
}

/** Validators that share the types they reach; `printed` are checks of named types that need not be compiled. */
export function createValidators(
  types: Types,
  printed: ReadonlyMap<string, Check> = new Map(),
): {
  of(schema: TypeSchema): Validator;
  readonly compiler: Compiler;
} {
  const compiler = new ClosureCompiler(types, printed);
  return {
    compiler,
    of(schema) {
      const check = compiler.check(schema);
      return {
        accepts: check,
        explain: (value) => (check(value) ? undefined : explain(compiler, schema, value)),
      };
    },
  };
}

class ClosureCompiler implements Compiler {
  readonly types: Types;
  readonly #checks = new Map<TypeSchema, Check>();
  readonly #open = new Set<TypeSchema>();
  readonly #printed: ReadonlyMap<string, Check>;
  #depth = 0;

  constructor(types: Types, printed: ReadonlyMap<string, Check>) {
    this.types = types;
    this.#printed = printed;
  }

  check(schema: TypeSchema): Check {
    const { schema: target, name } = resolve(schema, this.types);
    const known = this.#checks.get(target) ?? (name === undefined ? undefined : this.#printed.get(name));
    if (known !== undefined) return known;
    // It contains itself: its check is there when it is first run.
    if (this.#open.has(target)) return this.#later(target);
    this.#open.add(target);
    const check = this.#compile(target, name);
    this.#open.delete(target);
    this.#checks.set(target, check);
    return check;
  }

  #later(target: TypeSchema): Check {
    let check: Check | undefined;
    return (value) => {
      check ??= this.#checks.get(target)!;
      if (this.#depth >= maxDepth) return false;
      this.#depth++;
      const fine = check(value);
      this.#depth--;
      return fine;
    };
  }

  #compile(schema: TypeSchema, name: string | undefined): Check {
    const kind = kindOf(schema);
    switch (kind) {
      case "any":
      case "void":
      case "stream":
      case "callback":
        return () => true;
      case "never":
        return () => false;
      case "literal":
        return compileLiterals(literalsOf(schema));
      case "object":
        return compileObject(schema, this);
      case "array":
        return compileArray(schema, this);
      case "union":
        return compileUnion(schema, this);
      case "map":
        return this.#map(toSchemas(jsPart(schema, "map")));
      case "set": {
        const member = this.check(toSchema(jsPart(schema, "set")));
        return (value) => value instanceof Set && everyOf(value, member);
      }
      case "reference":
      case "unreadable": {
        const where = name === undefined ? "" : `${name}: `;
        throw new TypeError(
          `${where}no value can be checked against ${JSON.stringify(schema).slice(0, 80)}; run rpc generate with this version`,
        );
      }
      default:
        return compileScalar(kind, schema);
    }
  }

  #map([key, value]: readonly TypeSchema[]): Check {
    const [isKey, isValue] = [this.check(toSchema(key)), this.check(toSchema(value))];
    return (map) => map instanceof Map && everyOf(map.keys(), isKey) && everyOf(map.values(), isValue);
  }
}

function compileLiterals(values: readonly unknown[]): Check {
  if (values.length === 1) {
    const [only] = values;
    return (value) => value === only;
  }
  if (values.length <= 4) {
    const [first, second, third = second, fourth = second] = values;
    return (value) => value === first || value === second || value === third || value === fourth;
  }
  const known = new Set(values);
  // A set takes -0 and 0 for one, as === does.
  return (value) => known.has(value);
}

function everyOf(values: Iterable<unknown>, check: Check): boolean {
  for (const value of values) if (!check(value)) return false;
  return true;
}
