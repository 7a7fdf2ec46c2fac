import type { TypeSchema } from "../service/contract.js";
import type { Pair } from "./pair.js";

/** Pairs by what is sent and what the receiver knows. Most types are compared with one other: a second takes a table of its own. */
export class PairTable {
  readonly #first = new Map<TypeSchema, Pair>();
  readonly #others = new Map<TypeSchema, Map<TypeSchema, Pair>>();

  find(sent: TypeSchema, known: TypeSchema): Pair | undefined {
    const first = this.#first.get(sent);
    return first === undefined || first.known === known ? first : this.#others.get(sent)?.get(known);
  }

  /** Adds a pair that was not found. */
  add(pair: Pair): void {
    const { sent, known } = pair;
    if (!this.#first.has(sent)) {
      this.#first.set(sent, pair);
      return;
    }
    const others = this.#others.get(sent);
    if (others === undefined) this.#others.set(sent, new Map([[known, pair]]));
    else others.set(known, pair);
  }
}
