import type { Clock, Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import { type CallMeter, Measurements, type MethodStats } from "./call-meter.js";
import type { EventStats, ServerStats, SessionStats } from "./server-stats.js";

/** Numbers of a server as it tells them over the wire: `stats()` and `watchStats()` of the service `$rpc`. */
export interface StatsReport {
  /** The start of the server that says so. */
  readonly epoch: string;
  readonly upMs: number;
  readonly draining: boolean;
  readonly connections: number;
  /** Sessions, those without a connection included. */
  readonly sessions: number;
  /** Sessions that wait for their client to come back. */
  readonly detachedSessions: number;
  readonly runningCalls: number;
  /** Calls that reached their method since the start. */
  readonly calls: number;
  /** Calls refused since the start, by the code of their error: `resource_exhausted` is a limit that was hit. */
  readonly refused: Readonly<Record<string, number>>;
  readonly subscriptions: number;
  /** Events that wait for clients, of all sessions. */
  readonly queuedEvents: number;
  /** Events that clients were too slow for, of the sessions that there are. */
  readonly droppedEvents: number;
  readonly sendBufferBytes: number;
  /** Sessions with events waiting or dropped, or 64 KiB unacknowledged, the worst first; at most 50. */
  readonly slow: readonly SlowSession[];
  /** Events, those with the most subscriptions first; at most 100. */
  readonly events: readonly EventStats[];
  /** How long it took, in milliseconds, since the last report; 0 in the first, and of `stats()`. */
  readonly intervalMs: number;
  /** How late the server's event loop was with this report. */
  readonly lateMs: number;
  /** What methods did since the last report, the busiest first; at most 200. Empty in the first, and of `stats()`. */
  readonly methods: readonly MethodStats[];
}

/** A session whose client is slow. */
export interface SlowSession {
  /** Who it is, where the identity is a text or has a `name` or `id` that is one. */
  readonly who?: string;
  /** Where from; absent without a connection, and on transports that know no addresses. */
  readonly address?: string;
  readonly runningCalls: number;
  readonly queuedEvents: number;
  readonly droppedEvents: number;
  readonly sendBufferBytes: number;
}

/** What a report is made of. */
export interface StatsSource {
  readonly epoch: string;
  readonly clock: Clock;
  readonly startedAt: number;
  readonly meter: CallMeter;
  isDraining(): boolean;
  stats(): ServerStats;
  events(): readonly EventStats[];
}

const mostSlow = 50;
/** Unacknowledged bytes that tell of a slow client: what is on its way to a quick one is less than a packet. */
const leastSlowBytes = 64 * 1024;
const mostEvents = 100;
const mostMethods = 200;
const mostWatchers = 16;
const shortestMs = 100;
const longestMs = 60_000;

/** The numbers of now. */
export function reportStats(
  source: StatsSource,
  since?: Pick<StatsReport, "intervalMs" | "lateMs" | "methods">,
): StatsReport {
  const { connections, runningCalls, calls, refused, sessions } = source.stats();
  const sum = (of: (session: SessionStats) => number) =>
    sessions.reduce((total, session) => total + of(session), 0);
  return {
    epoch: source.epoch,
    upMs: Math.round(source.clock.now() - source.startedAt),
    draining: source.isDraining(),
    connections,
    sessions: sessions.length,
    detachedSessions: sessions.filter(({ peer }) => peer === undefined).length,
    runningCalls,
    calls,
    refused,
    subscriptions: sum(({ subscriptions }) => subscriptions),
    queuedEvents: sum(({ queuedEvents }) => queuedEvents),
    droppedEvents: sum(({ droppedEvents }) => droppedEvents),
    sendBufferBytes: sum(({ sendBufferBytes }) => sendBufferBytes),
    slow: slowest(sessions),
    events: [...source.events()]
      .sort((one, other) => other.subscriptions - one.subscriptions)
      .slice(0, mostEvents),
    intervalMs: 0,
    lateMs: 0,
    methods: [],
    ...since,
  };
}

/**
 * A report now and one every `intervalMs`, with what methods did in between; ends when the server drains.
 *
 * One waits at most: who is slow gets fewer. Throws `RpcError` for a bad interval and above the number of watchers.
 */
export function watchStats(source: StatsSource, intervalMs: unknown): AsyncIterable<StatsReport> {
  if (typeof intervalMs !== "number" || !(intervalMs >= shortestMs && intervalMs <= longestMs))
    throw new RpcError(
      "invalid_argument",
      `expected an interval of ${shortestMs} to ${longestMs} milliseconds, got ${String(intervalMs).slice(0, 40)}`,
      { outcome: "not-executed" },
    );
  if (source.meter.watchers >= mostWatchers)
    throw new RpcError("resource_exhausted", `${mostWatchers} callers watch the statistics already`, {
      outcome: "not-executed",
    });
  return { [Symbol.asyncIterator]: () => new StatsWatch(source, intervalMs) };
}

class StatsWatch implements AsyncIterator<StatsReport, undefined> {
  readonly #source: StatsSource;
  readonly #intervalMs: number;
  readonly #measurements = new Measurements();
  #reportedAt: number | undefined;
  #over = false;
  #timer: Timer | undefined;
  #wake: (() => void) | undefined;

  constructor(source: StatsSource, intervalMs: number) {
    this.#source = source;
    this.#intervalMs = intervalMs;
    source.meter.watch(this.#measurements, () => this.#end());
  }

  async next(): Promise<IteratorResult<StatsReport, undefined>> {
    const { clock } = this.#source;
    if (this.#reportedAt === undefined) {
      this.#reportedAt = clock.now();
      return { done: false, value: reportStats(this.#source) };
    }
    // Who asks late is slow itself: then the server was not.
    const due = Math.max(this.#reportedAt + this.#intervalMs, clock.now());
    await this.#until(due);
    if (this.#over) return { done: true, value: undefined };
    const now = clock.now();
    const intervalMs = now - this.#reportedAt;
    this.#reportedAt = now;
    const methods = this.#measurements.take().slice(0, mostMethods);
    return {
      done: false,
      value: reportStats(this.#source, { intervalMs, lateMs: Math.max(0, now - due), methods }),
    };
  }

  async return(): Promise<IteratorResult<StatsReport, undefined>> {
    this.#end();
    return { done: true, value: undefined };
  }

  #until(due: number): Promise<void> {
    const { clock } = this.#source;
    return new Promise((resolve) => {
      if (this.#over) return resolve();
      this.#wake = resolve;
      this.#timer = clock.timer(Math.max(0, due - clock.now()), resolve);
    });
  }

  #end(): void {
    this.#over = true;
    this.#timer?.clear();
    this.#wake?.();
    this.#source.meter.unwatch(this.#measurements);
  }
}

function slowest(sessions: readonly SessionStats[]): SlowSession[] {
  return sessions
    .filter(
      ({ queuedEvents, droppedEvents, sendBufferBytes }) =>
        queuedEvents + droppedEvents > 0 || sendBufferBytes >= leastSlowBytes,
    )
    .sort((one, other) => weight(other) - weight(one))
    .slice(0, mostSlow)
    .map(({ identity, peer, runningCalls, queuedEvents, droppedEvents, sendBufferBytes }) => {
      const who = nameOf(identity);
      const address = peer?.address;
      return {
        ...(who !== undefined && { who }),
        ...(address !== undefined && { address }),
        runningCalls,
        queuedEvents,
        droppedEvents,
        sendBufferBytes,
      };
    });
}

// What was dropped is lost; what waits may still arrive.
function weight({ queuedEvents, droppedEvents, sendBufferBytes }: SessionStats): number {
  return droppedEvents * 1000 + queuedEvents + sendBufferBytes / 1000;
}

function nameOf(identity: unknown): string | undefined {
  if (typeof identity === "string") return identity.slice(0, 64);
  if (typeof identity !== "object" || identity === null) return undefined;
  const { name, id } = identity as { name?: unknown; id?: unknown };
  const found = typeof name === "string" ? name : id;
  return typeof found === "string" ? found.slice(0, 64) : undefined;
}
