import type { TypeSchema } from "@rpc/core/contract";
import { compare } from "../compare.js";
import type { Problems } from "../diagnostics.js";
import type ts from "../typescript.cjs";
import { refused } from "./reading.js";
import { nameOf } from "./type-name.js";
import { uniqueNames } from "./unique-names.js";

/** A type that has a name: an interface, class, enum, alias, or an instantiation of a generic one. */
export interface NamedType {
  readonly symbol: ts.Symbol;
  readonly args: readonly ts.Type[];
  /** Name in the source; another type may have it too. */
  readonly name: string;
  readonly at: ts.Node;
  schema: TypeSchema;
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
  readonly #types: NamedType[] = [];
  readonly #bySymbol = new Map<ts.Symbol, number[]>();
  readonly #open: NamedType[] = [];

  constructor(checker: ts.TypeChecker, problems: Problems) {
    this.#checker = checker;
    this.#problems = problems;
  }

  /** Type arguments of the type that is being read; empty outside of generics. */
  get openArguments(): readonly ts.Type[] {
    return this.#open.at(-1)?.args ?? [];
  }

  /** A reference to a type; `read` is run once, on the first. */
  refer(symbol: ts.Symbol, args: readonly ts.Type[], at: ts.Node, read: () => TypeSchema): TypeSchema {
    const numbers = this.#bySymbol.get(symbol) ?? [];
    this.#bySymbol.set(symbol, numbers);
    const known = numbers.find((number) => sameArguments(this.#types[number]!.args, args));
    if (known !== undefined) return { $ref: `#${known}` };
    if (this.#open.filter((open) => open.symbol === symbol).length > maxOpen) {
      const message = `${symbol.name} refers to itself with ever new arguments: there is no end to it`;
      this.#problems.report("RPC2002", at, message, "Let it refer to itself with its own arguments.");
      return refused;
    }
    const number = this.#types.length;
    numbers.push(number);
    const type = { symbol, args, name: nameOf(this.#checker, symbol.name, args), at, schema: refused };
    this.#types.push(type);
    this.#open.push(type);
    type.schema = read();
    this.#open.pop();
    return { $ref: `#${number}` };
  }

  /** Gives every type its final name, also in what was read before, `drafts`. */
  settle(root: string, drafts: unknown): Record<string, TypeSchema> {
    const names = uniqueNames(this.#types, root, this.#problems);
    const entries = this.#types.map(({ schema }, number) => [names[number]!, schema] as const);
    renameReferences([drafts, entries], names);
    return Object.fromEntries(entries.sort(([a], [b]) => compare(a, b)));
  }
}

function sameArguments(a: readonly ts.Type[], b: readonly ts.Type[]): boolean {
  return a.length === b.length && a.every((arg, index) => arg === b[index]);
}

// In place: all of it was made by this run, and a copy of every type costs more than finding it. A part may be reached
// twice, and has its name by then.
function renameReferences(value: unknown, names: readonly string[]): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) renameReferences(item, names);
    return;
  }
  const part = value as Record<string, unknown>;
  for (const key in part) {
    const inner = part[key];
    if (key !== "$ref" || typeof inner !== "string") renameReferences(inner, names);
    else if (!inner.startsWith(prefix)) part[key] = prefix + names[Number(inner.slice(1))];
  }
}
