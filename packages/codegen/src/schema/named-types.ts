import type { TypeSchema } from "@rpc/core/contract";
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

  /** The final name of every type, by number. */
  names(root: string): ReadonlyMap<number, string> {
    const types = [...this.#types];
    const unique = uniqueNames(
      types.map(([, type]) => type),
      root,
      this.#problems,
    );
    return new Map(types.map(([number], index) => [number, unique[index]!]));
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
