import type { Clock, Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { Peer } from "../transport.js";
import { equalBytes } from "./equal-bytes.js";
import { hostOf } from "./host-of.js";
import type { ServedSession } from "./served-session.js";

interface Entry {
  readonly served: ServedSession;
  retention: Timer | undefined;
  /** Where its client was, while it is gone and counts against the limit of that address. */
  address: string | undefined;
}

/** The sessions of a server by id, with those that wait for their client to come back. */
export class SessionTable {
  readonly #clock: Clock;
  readonly #retentionMs: number;
  readonly #maxPerAddress: number;
  readonly #entries = new Map<string, Entry>();
  /** Entries without a connection by address, the oldest first. */
  readonly #away = new Map<string, Set<Entry>>();
  /** Entries without a connection in which nothing was ever said, the oldest first. */
  readonly #unused = new Set<Entry>();

  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock;
    this.#retentionMs = limits.sessionRetentionMs;
    this.#maxPerAddress = limits.maxDetachedSessionsPerAddress;
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

  /**
   * Ends the oldest session that has no connection and in which nothing was ever said; false when there is none.
   *
   * Else somebody who says hello and leaves, again and again, would keep everybody else out.
   */
  makeRoom(): boolean {
    for (const { served } of this.#unused) {
      served.session.end(new RpcError("resource_exhausted", "made room for another session (maxSessions)"));
      return true;
    }
    return false;
  }

  add(id: string, served: ServedSession): void {
    this.#entries.set(id, { served, retention: undefined, address: undefined });
  }

  /** Its connection to `peer` broke: it is kept for a while. The oldest of that address goes when there are too many. */
  detached(id: string, peer: Peer): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.attached(id);
    this.#countAway(entry, peer);
    if (entry.served.session.received === 0) this.#unused.add(entry);
    entry.retention = this.#clock.timer(this.#retentionMs, () => {
      entry.served.session.end(
        new RpcError("unavailable", `the client was away for ${this.#retentionMs} ms`),
      );
    });
  }

  /** It has a connection again. */
  attached(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.retention?.clear();
    this.#unused.delete(entry);
    if (entry.address === undefined) return;
    const away = this.#away.get(entry.address);
    away?.delete(entry);
    if (away?.size === 0) this.#away.delete(entry.address);
    entry.address = undefined;
  }

  delete(id: string): void {
    this.attached(id);
    this.#entries.delete(id);
  }

  #countAway(entry: Entry, peer: Peer): void {
    const address = hostOf(peer);
    if (address === undefined) return;
    const away = this.#away.get(address) ?? new Set<Entry>();
    this.#away.set(address, away.add(entry));
    entry.address = address;
    if (away.size <= this.#maxPerAddress) return;
    for (const oldest of away) {
      oldest.served.session.end(
        new RpcError(
          "resource_exhausted",
          `more than ${this.#maxPerAddress} sessions of ${address} wait for their clients`,
        ),
      );
      return;
    }
  }
}
