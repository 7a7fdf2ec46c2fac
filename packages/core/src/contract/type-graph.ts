import type { TypeSchema } from "../service/contract.js";
import type { Alternative, Alternatives, AlternativesReader } from "./alternatives.js";
import { compareShapes } from "./compare-shapes.js";
import { compareUnions } from "./compare-unions.js";
import type { ObjectParts, ObjectReader } from "./object-reader.js";
import type { Direction, Mismatch, Pair } from "./pair.js";
import { PairTable } from "./pair-table.js";
import type { RuleId } from "./rules.js";
import { isSamePlain, kindOf, literalsOf, resolve } from "./schema.js";

/** Thrown when two contracts take more work to compare than is allowed. */
export class TooComplex extends Error {}

/** What does not keep a member of a union from being what was meant. */
const harmless = new Set<RuleId>(["input-property-ignored", "output-property-unsent"]);

/** Unions inside each other that each must be tried out. */
const maxTrials = 64;

/** What reads the types of both contracts. They keep what they read, and the way back meets it again. */
export interface Readers {
  readonly old: AlternativesReader;
  readonly new: AlternativesReader;
  readonly objects: ObjectReader;
}

/** What may be compared: types of the old contract with those of the new one. */
export class TypeGraph {
  readonly #old: AlternativesReader;
  readonly #new: AlternativesReader;
  readonly #objects: ObjectReader;
  readonly #pairs = { input: new PairTable(), output: new PairTable() };
  readonly #unchanged: ReadonlySet<string>;
  #steps: number;
  #trials = 0;

  /** `unchanged` are names of types that need no look; `maxSteps` bounds the work over all comparisons. */
  constructor(readers: Readers, unchanged: ReadonlySet<string>, maxSteps: number) {
    this.#unchanged = unchanged;
    this.#old = readers.old;
    this.#new = readers.new;
    this.#objects = readers.objects;
    this.#steps = maxSteps;
  }

  /** Compares what stands at one place of a method or event. The result is expanded as far as it is reached. */
  compare(direction: Direction, before: TypeSchema, after: TypeSchema, path: string): Pair {
    const [sent, known] = direction === "input" ? [before, after] : [after, before];
    const root: Pair = {
      direction,
      sent,
      known,
      path,
      mismatches: [],
      parts: [],
      expanded: true,
      clean: false,
    };
    this.descend(root, sent, known, "");
    return root;
  }

  /** All mismatches that can be reached from a pair. */
  mismatches(pair: Pair): Mismatch[] {
    const found = new Set<Pair>([pair]);
    for (const next of found) {
      this.#expand(next);
      for (const part of next.parts) if (!part.clean) found.add(part);
      this.spend(1);
    }
    const mismatches = [...found].flatMap((one) => one.mismatches);
    // What was reached is closed, so the next member that uses these types need not walk them again.
    if (mismatches.length === 0) for (const one of found) one.clean = true;
    return mismatches;
  }

  /** Whether everything that is sent is known: no mismatch can be reached. */
  fits(pair: Pair): boolean {
    if (++this.#trials > maxTrials) throw new TooComplex();
    const found = new Set<Pair>([pair]);
    let fits = true;
    for (const next of found) {
      this.#expand(next);
      this.spend(1);
      if (next.mismatches.some(({ rule }) => !harmless.has(rule))) {
        fits = false;
        break;
      }
      for (const part of next.parts) if (!part.clean) found.add(part);
    }
    this.#trials--;
    return fits;
  }

  /** Compares two types that stand at `step` below a pair. */
  descend(pair: Pair, sent: TypeSchema, known: TypeSchema, step: string): void {
    this.spend(1);
    // Most parts of a type that has changed have not.
    if (isSamePlain(sent, known)) return;
    compareUnions(this, pair, this.sent(pair, sent), this.known(pair, known), step);
  }

  /** Compares the other way around: what a callback is given comes from who calls it. */
  descendFlipped(pair: Pair, sent: TypeSchema, known: TypeSchema, step: string): void {
    const direction = pair.direction === "input" ? "output" : "input";
    const flipped: Pair = {
      direction,
      sent,
      known,
      path: pair.path + step,
      mismatches: [],
      parts: [],
      expanded: true,
      clean: false,
    };
    pair.parts.push(flipped);
    this.descend(flipped, sent, known, "");
  }

  /** The pair of two types of one kind that have parts; the same for the same two. */
  pair(within: Pair, sent: Alternative, known: Alternative, step: string): Pair {
    const { direction } = within;
    const pairs = this.#pairs[direction];
    const met = pairs.find(sent.schema, known.schema);
    if (met !== undefined) return met;
    // A named type is told about once, under its name, however many members use it.
    const name = direction === "input" ? (sent.name ?? known.name) : (known.name ?? sent.name);
    const path = name ?? within.path + step;
    const same = sent.name !== undefined && sent.name === known.name && this.#unchanged.has(sent.name);
    const pair: Pair = {
      direction,
      sent: sent.schema,
      known: known.schema,
      path,
      mismatches: [],
      parts: [],
      expanded: same,
      clean: same,
    };
    pairs.add(pair);
    return pair;
  }

  sent(pair: Pair, schema: TypeSchema): Alternatives {
    return (pair.direction === "input" ? this.#old : this.#new).read(schema);
  }

  known(pair: Pair, schema: TypeSchema): Alternatives {
    return (pair.direction === "input" ? this.#new : this.#old).read(schema);
  }

  /** The parts of an object type of either contract. */
  object(schema: TypeSchema): ObjectParts {
    return this.#objects.read(schema);
  }

  /** Literals of an object's property, by which a union tells its members apart. */
  tagsOf(pair: Pair, side: "sent" | "known", object: Alternative, tag: string): readonly unknown[] {
    const property = this.object(object.schema).properties.get(tag);
    if (property === undefined) return [];
    const { types } = (side === "sent") === (pair.direction === "input") ? this.#old : this.#new;
    const found = resolve(property, types).schema;
    return kindOf(found) === "literal" ? literalsOf(found) : [];
  }

  /** Counts work. Throws `TooComplex` when there was too much. */
  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new TooComplex();
  }

  #expand(pair: Pair): void {
    if (pair.expanded) return;
    pair.expanded = true;
    compareShapes(this, pair);
  }
}
