import type { TypeSchema } from "@rpc/core/contract";
import { compare } from "../compare.js";
import type { Diagnostic, Problems } from "../diagnostics.js";
import type ts from "../typescript.cjs";
import { refused } from "./reading.js";
import type { TypeKeys } from "./type-keys.js";
import { nameOf } from "./type-name.js";
import { uniqueNames } from "./unique-names.js";

/** A type that has a name: an interface, class, enum, alias, or an instantiation of a generic one. */
export interface NamedType {
  /** Name in the source; another type may have it too. */
  readonly name: string;
  readonly at: ts.Node;
  /** Tells it in a later program; undefined where that cannot be told. */
  readonly key: string | undefined;
  schema: TypeSchema;
  /** Numbers of the types that reading it referred to, in that order. */
  references: readonly number[];
  findings: readonly Diagnostic[];
}

// Beside it what only one program knows: kept, it would keep that program.
interface Instance {
  readonly symbol: ts.Symbol;
  readonly args: readonly ts.Type[];
  readonly number: number;
}

/** What reading something came to. */
export interface Reached<Value> {
  readonly value: Value;
  readonly references: readonly number[];
  readonly findings: readonly Diagnostic[];
}

/** Named types of an earlier run. */
export interface KeptTypes {
  readonly keys: TypeKeys;
  /** Their numbers, by key. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<number, NamedType>;
  /** The least number that none of them has. */
  readonly next: number;
}

// More instantiations than this inside each other are no design but a type that grows with every step.
const maxOpen = 8;

const prefix = "#/types/";

/**
 * Named types that services reach.
 *
 * While reading, references hold a type's number, for which name it gets is known only when all are there: two files
 * may use one name, and the result must not depend on which was read first.
 */
export class NamedTypes {
  readonly #checker: ts.TypeChecker;
  readonly #problems: Problems;
  readonly #kept: KeptTypes | undefined;
  readonly #types = new Map<number, NamedType>();
  /** By symbol and first argument: a generic may have an instance for each service. */
  readonly #bySymbol = new Map<ts.Symbol, Map<ts.Type | undefined, Instance[]>>();
  readonly #byKey = new Map<string, number>();
  readonly #open: Instance[] = [];
  #references: number[] = [];
  #next: number;

  constructor(checker: ts.TypeChecker, problems: Problems, kept: KeptTypes | undefined) {
    this.#checker = checker;
    this.#problems = problems;
    this.#kept = kept;
    this.#next = kept?.next ?? 0;
  }

  /** The types by number, in the order in which they were reached. */
  get all(): ReadonlyMap<number, NamedType> {
    return this.#types;
  }

  /** The least number that no type has. */
  get next(): number {
    return this.#next;
  }

  /** Type arguments of the type that is being read; empty outside of generics. */
  get openArguments(): readonly ts.Type[] {
    return this.#open.at(-1)?.args ?? [];
  }

  /** A reference to a type; `read` is run once, on the first. */
  refer(symbol: ts.Symbol, args: readonly ts.Type[], at: ts.Node, read: () => TypeSchema): TypeSchema {
    const key = this.#kept?.keys.of(symbol, args);
    const known = key === undefined ? this.#find(symbol, args) : this.#byKey.get(key);
    if (known !== undefined) {
      this.#references.push(known);
      return { $ref: `#${known}` };
    }
    if (this.#open.filter((open) => open.symbol === symbol).length > maxOpen) {
      const message = `${symbol.name} refers to itself with ever new arguments: there is no end to it`;
      this.#problems.report("RPC2002", at, message, "Let it refer to itself with its own arguments.");
      return refused;
    }
    const number = (key === undefined ? undefined : this.#kept?.numbers.get(key)) ?? this.#next++;
    const name = nameOf(this.#checker, symbol.name, args);
    const type: NamedType = { name, at, key, schema: refused, references: [], findings: [] };
    this.#add(number, type);
    const instance = { symbol, args, number };
    if (key === undefined) this.#keep(instance);
    this.#open.push(instance);
    const { value, references, findings } = this.reach(read);
    Object.assign(type, { schema: value, references, findings });
    this.#open.pop();
    this.#references.push(number);
    return { $ref: `#${number}` };
  }

  /** Runs something that reads, and tells what it referred to and what was found wrong. */
  reach<Value>(read: () => Value): Reached<Value> {
    const outer = this.#references;
    const before = this.#problems.reported;
    const references: number[] = [];
    this.#references = references;
    const value = read();
    this.#references = outer;
    return { value, references, findings: this.#problems.since(before) };
  }

  /** Takes a type of the earlier run, and all that it reaches, for what it was then; in the order of reading it anew. */
  revive(number: number): void {
    const type = this.#kept?.types.get(number);
    if (type === undefined || this.#types.has(number)) return;
    this.#add(number, type);
    for (const finding of type.findings) this.#problems.add(finding);
    for (const reference of type.references) this.revive(reference);
  }

  /** Gives every type its final name, also in what was read before, `drafts`. */
  settle(root: string, drafts: unknown): Record<string, TypeSchema> {
    const types = [...this.#types];
    const unique = uniqueNames(
      types.map(([, type]) => type),
      root,
      this.#problems,
    );
    const names = new Map(types.map(([number], index) => [number, unique[index]!]));
    const entries = types.map(([number, { schema }]) => {
      // What is kept for the next run must stay as it was read.
      return [names.get(number)!, this.#kept ? copyOf(schema) : schema] as const;
    });
    renameReferences([drafts, entries], names);
    return Object.fromEntries(entries.sort(([a], [b]) => compare(a, b)));
  }

  #add(number: number, type: NamedType): void {
    this.#types.set(number, type);
    if (type.key !== undefined) this.#byKey.set(type.key, number);
  }

  #find(symbol: ts.Symbol, args: readonly ts.Type[]): number | undefined {
    const instances = this.#bySymbol.get(symbol)?.get(args[0]);
    return instances?.find((known) => sameArguments(known.args, args))?.number;
  }

  #keep(instance: Instance): void {
    const { symbol, args } = instance;
    const byFirst = this.#bySymbol.get(symbol) ?? new Map<ts.Type | undefined, Instance[]>();
    this.#bySymbol.set(symbol, byFirst);
    const instances = byFirst.get(args[0]);
    if (instances) instances.push(instance);
    else byFirst.set(args[0], [instance]);
  }
}

function sameArguments(a: readonly ts.Type[], b: readonly ts.Type[]): boolean {
  return a.length === b.length && a.every((arg, index) => arg === b[index]);
}

// In place: all of it was made by this run, and another copy of every type costs more than finding it. A part may be reached
// twice, and has its name by then.
function renameReferences(value: unknown, names: ReadonlyMap<number, string>): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) renameReferences(item, names);
    return;
  }
  const part = value as Record<string, unknown>;
  for (const key in part) {
    const inner = part[key];
    if (key !== "$ref" || typeof inner !== "string") renameReferences(inner, names);
    else if (!inner.startsWith(prefix)) part[key] = prefix + names.get(Number(inner.slice(1)));
  }
}

/** A copy of plain data, all the way down. */
export function copyOf<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  const copy: Record<string, unknown> = {};
  // Names of the user's are among the keys; `__proto__` is refused before.
  for (const key in value) copy[key] = copyOf(value[key]);
  return copy as Value;
}
