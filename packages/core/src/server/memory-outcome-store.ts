import { RpcError } from "../errors.js";
import type { OutcomeStore, RememberedCall, StartingCall } from "./outcome-store.js";

export interface MemoryOutcomeStoreOptions {
  readonly maxOutcomes: number;
  readonly outcomeBytes: number;
  /** Now, in milliseconds since 1970. */
  readonly since: number;
}

interface Entry extends RememberedCall {
  readonly until: number;
}

/** Roughly what an entry costs besides its answer. */
const entryBytes = 256;

/** The default store: gone with its process, bounded by count and bytes. */
export class MemoryOutcomeStore implements OutcomeStore {
  readonly since: number;
  readonly #options: MemoryOutcomeStoreOptions;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(options: MemoryOutcomeStoreOptions) {
    this.#options = options;
    this.since = options.since;
  }

  get size(): number {
    return this.#entries.size;
  }

  start({ id, args, epoch, at, until }: StartingCall): RememberedCall | undefined {
    const known = this.find(id, at);
    if (known !== undefined) return known;
    this.#dropExpired(at);
    const { maxOutcomes, outcomeBytes } = this.#options;
    if (this.#entries.size >= maxOutcomes || this.#bytes >= outcomeBytes) {
      throw new RpcError(
        "resource_exhausted",
        `${this.#entries.size} outcomes are remembered (maxOutcomes ${maxOutcomes}, outcomeBytes ${outcomeBytes}); raise the limit or shorten windowMs`,
        { outcome: "not-executed" },
      );
    }
    this.#set(id, { args, epoch, answer: undefined, until });
    return undefined;
  }

  finish(id: string, answer: Uint8Array, until: number): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#set(id, { ...entry, answer, until });
  }

  forget(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#bytes -= costOf(entry);
    this.#entries.delete(id);
  }

  find(id: string, at: number): RememberedCall | undefined {
    const entry = this.#entries.get(id);
    return entry === undefined || entry.until < at ? undefined : entry;
  }

  // Moved to the end: the map is in the order of what happened last.
  #set(id: string, entry: Entry): void {
    this.forget(id);
    this.#entries.set(id, entry);
    this.#bytes += costOf(entry);
  }

  // The oldest are in front; behind a long window a short one may hide, which costs memory only until the limit.
  #dropExpired(at: number): void {
    const full = this.#entries.size >= this.#options.maxOutcomes || this.#bytes >= this.#options.outcomeBytes;
    for (const [id, { until }] of this.#entries) {
      if (until < at) this.forget(id);
      else if (!full) return;
    }
  }
}

function costOf({ answer }: Entry): number {
  return entryBytes + (answer?.length ?? 0);
}
