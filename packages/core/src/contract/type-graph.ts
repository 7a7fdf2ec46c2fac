import type { TypeSchema } from "../service/contract.js";
import { type Alternative, type Alternatives, AlternativesReader } from "./alternatives.js";
import { compareShapes } from "./compare-shapes.js";
import { compareUnions } from "./compare-unions.js";
import type { Direction, Mismatch, Pair } from "./pair.js";
import type { RuleId } from "./rules.js";
import { kindOf, literalsOf, propertiesOf, resolve, type Types } from "./schema.js";

/** Thrown when two contracts take more work to compare than is allowed. */
export class TooComplex extends Error {}

/** What does not keep a member of a union from being what was meant. */
const harmless = new Set<RuleId>(["input-property-ignored", "output-property-unsent"]);

/** Unions inside each other that each must be tried out. */
const maxTrials = 64;

/** What may be compared: types of the old contract with those of the new one. */
export class TypeGraph {
  readonly #old: AlternativesReader;
  readonly #new: AlternativesReader;
  readonly #types: { readonly old: Types; readonly new: Types };
  readonly #pairs = {
    input: new Map<TypeSchema, Map<TypeSchema, Pair>>(),
    output: new Map<TypeSchema, Map<TypeSchema, Pair>>(),
  };
  readonly #unchanged: ReadonlySet<string>;
  #steps: number;
  #trials = 0;

  /** `unchanged` are names of types that need no look; `maxSteps` bounds the work over all comparisons. */
  constructor(oldTypes: Types, newTypes: Types, unchanged: ReadonlySet<string>, maxSteps: number) {
    this.#unchanged = unchanged;
    this.#old = new AlternativesReader(oldTypes);
    this.#new = new AlternativesReader(newTypes);
    this.#types = { old: oldTypes, new: newTypes };
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
    const ofSent = this.#pairs[within.direction].get(sent.schema) ?? new Map<TypeSchema, Pair>();
    this.#pairs[within.direction].set(sent.schema, ofSent);
    const met = ofSent.get(known.schema);
    if (met !== undefined) return met;
    const { direction } = within;
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
    ofSent.set(known.schema, pair);
    return pair;
  }

  sent(pair: Pair, schema: TypeSchema): Alternatives {
    return (pair.direction === "input" ? this.#old : this.#new).read(schema);
  }

  known(pair: Pair, schema: TypeSchema): Alternatives {
    return (pair.direction === "input" ? this.#new : this.#old).read(schema);
  }

  /** Literals of an object's property, by which a union tells its members apart. */
  tagsOf(pair: Pair, side: "sent" | "known", object: Alternative, tag: string): readonly unknown[] {
    const property = propertiesOf(object.schema).find(([name]) => name === tag)?.[1];
    if (property === undefined) return [];
    const types = (side === "sent") === (pair.direction === "input") ? this.#types.old : this.#types.new;
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
