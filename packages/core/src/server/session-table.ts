import type { Clock, Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import type { ServedSession } from "./served-session.js";

interface Entry {
  readonly served: ServedSession;
  retention: Timer | undefined;
}

/** The sessions of a server by id, with those that wait for their client to come back. */
export class SessionTable {
  readonly #clock: Clock;
  readonly #retentionMs: number;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, retentionMs: number) {
    this.#clock = clock;
    this.#retentionMs = retentionMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  *[Symbol.iterator](): IterableIterator<ServedSession> {
    for (const { served } of this.#entries.values()) yield served;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** The session of that id, if `token` is its own. */
  find(id: string, token: Uint8Array): ServedSession | undefined {
    const entry = this.#entries.get(id);
    return entry !== undefined && equalBytes(entry.served.token, token) ? entry.served : undefined;
  }

  add(id: string, served: ServedSession): void {
    this.#entries.set(id, { served, retention: undefined });
  }

  /** Its connection broke: it is kept for a while. */
  detached(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.retention?.clear();
    entry.retention = this.#clock.timer(this.#retentionMs, () => {
      entry.served.session.end(new RpcError("unavailable", `the client was away for ${this.#retentionMs} ms`));
    });
  }

  /** It has a connection again. */
  attached(id: string): void {
    const entry = this.#entries.get(id);
    entry?.retention?.clear();
  }

  delete(id: string): void {
    this.attached(id);
    this.#entries.delete(id);
  }
}

// Takes the same time wherever they differ: the time must not tell a guesser how far the guess was right.
function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let index = 0; index < one.length; index++) difference |= one[index]! ^ other[index]!;
  return difference === 0;
}
