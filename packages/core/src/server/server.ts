import type { Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Target } from "../find-transport.js";
import { maxHandshakePacketBytes } from "../limits.js";
import { addSink } from "../service/event.js";
import type { Listener } from "../transport.js";
import type { ServerHealth } from "./health.js";
import { LostSessions } from "./lost-sessions.js";
import { Reception } from "./reception.js";
import { checkServeOptions, type ServeOptions } from "./serve-options.js";
import { ServedSession } from "./served-session.js";
import { ServerParts } from "./server-parts.js";
import type { ServerStats } from "./server-stats.js";
import { SessionTable } from "./session-table.js";
import { eventsOf } from "./topic-logs.js";

/**
 * Serves instances of decorated classes: `await serve([new Person()], { transports: [tcp()], listen: "tcp://127.0.0.1:7000" })`.
 *
 * @throws TypeError for services or options that make no sense, at once and with the remedy. RpcError `unavailable`
 * when an address is taken, `failed_precondition` when anyone could connect and nothing says who may.
 */
export async function serve(services: readonly object[], options: ServeOptions): Promise<Server> {
  checkServeOptions(options);
  const server = new Server(services, options);
  await server[open]();
  return server;
}

const open = Symbol("open");
const drainPollMs = 5;
/** Listens, and answers for its services until closed. */
export class Server implements AsyncDisposable {
  readonly #parts: ServerParts;
  readonly #sessions: SessionTable;
  readonly #lost: LostSessions;
  readonly #reception: Reception;
  #listeners: Listener[] = [];
  #detachSinks: (() => void)[] = [];
  #closing: Promise<void> | undefined;

  /** Use `serve`. */
  constructor(services: readonly object[], options: ServeOptions) {
    const parts = new ServerParts(services, options, () => this.stats());
    const { clock, limits, logger } = parts;
    this.#parts = parts;
    this.#sessions = new SessionTable(clock, limits);
    this.#lost = new LostSessions(options.onSessionLost, logger);
    this.#reception = this.#createReception();
  }

  /** Where it really listens: port 0 has become a port. */
  get urls(): readonly string[] {
    return this.#listeners.map(({ url }) => url.href);
  }

  /** Identity of this start of the server: with another one, the sessions and sequence numbers before are gone. */
  get epoch(): string {
    return this.#parts.epoch;
  }

  /** Where the application says how its services do, for whoever asks: `rpc health`, a load balancer. */
  get health(): ServerHealth {
    return this.#parts.health;
  }

  stats(): ServerStats {
    const sessions = [...this.#sessions].map(({ session, calls, liveCallbacks, subscriptions, caller }) => ({
      peer: session.peer,
      identity: caller.identity,
      runningCalls: calls.runningInAll,
      streams: calls.openStreams,
      callbacks: liveCallbacks,
      subscriptions: subscriptions?.size ?? 0,
      queuedEvents: subscriptions?.queued ?? 0,
      droppedEvents: subscriptions?.dropped ?? 0,
      sendBufferBytes: session.sendBufferBytes,
    }));
    const runningCalls = this.#parts.running.value + this.#parts.plain.running;
    const { calls, refused } = this.#parts.meter;
    return { connections: this.#reception.size, runningCalls, calls, refused, sessions };
  }

  /**
   * Closes in order: no new connections and calls, clients are told, running calls finish, what is queued is delivered.
   * What still runs after `graceMs` (default 5,000) is aborted. Safe to call twice.
   */
  close(options: { readonly graceMs?: number } = {}): Promise<void> {
    const { graceMs = 5_000 } = options;
    if (typeof graceMs !== "number" || !(graceMs >= 0)) {
      throw new TypeError(
        `graceMs must be a number of milliseconds of at least 0, or Infinity; got ${String(graceMs)}`,
      );
    }
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async [open](): Promise<void> {
    this.#detachSinks = [...eventsOf(this.#parts.registry)].map((member) =>
      member.event[addSink](this.#parts.logs.get(member.service)!.get(member.name)!),
    );
    try {
      for (const target of this.#parts.targets) this.#listeners.push(await this.#listen(target));
    } catch (error) {
      await this.close({ graceMs: 0 });
      throw error;
    }
  }

  #listen({ url, transport }: Target): Promise<Listener> {
    const { packetTimeoutMs, maxConnections, maxConnectionsPerAddress } = this.#parts.limits;
    return transport.listen(
      url,
      {
        clock: this.#parts.clock,
        logger: this.#parts.logger,
        maxPacketBytes: maxHandshakePacketBytes,
        packetTimeoutMs,
        maxConnections,
        maxConnectionsPerAddress,
        plain: this.#parts.plain,
      },
      (connection) => this.#reception.accept(connection),
    );
  }

  #createReception(): Reception {
    const parts = this.#parts;
    const { clock, limits, logger, epoch, authenticator } = parts;
    const sessions = this.#sessions;
    const options = parts.createSessionOptions({
      broken: ({ caller }, peer) => sessions.detached(caller.sessionId, peer),
      ended: ({ caller }, reason) => {
        const { sessionId: id, identity } = caller;
        sessions.delete(id);
        this.#lost.add({ id, identity, reason });
      },
    });
    return new Reception({
      clock,
      limits,
      logger,
      epoch,
      authenticator,
      sessions,
      open: () => this.#closing === undefined,
      draining: () => parts.draining !== undefined,
      isSame: (one, other) => parts.isSame(one, other),
      createSession: (id, hello, admitted) => {
        const start = { id, admitted, token: parts.random.bytes(16), peerLimits: hello.limits };
        const served = new ServedSession(options, start);
        sessions.add(id, served);
        return served;
      },
    });
  }

  async #close(graceMs: number): Promise<void> {
    // On the wire a count of milliseconds: a grace without end is a very long one there.
    const wireMs = Math.min(Math.ceil(graceMs), Number.MAX_SAFE_INTEGER);
    this.#parts.draining = { retryAfterMs: wireMs };
    this.#parts.health.drain();
    this.#parts.meter.close();
    for (const { session, subscriptions } of this.#sessions) {
      subscriptions?.liftPaces();
      session.send({ type: "goaway", graceMs: wireMs });
    }
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    await this.#settled(graceMs);
    this.#parts.plain.close();
    const reason = new RpcError("unavailable", "the server was closed");
    await Promise.all([...this.#sessions].map(({ session }) => session.close(reason)));
    await this.#reception.close();
    await this.#lost.settled();
    for (const detach of this.#detachSinks) detach();
    this.#parts.logger.close();
  }

  /** Waits until every session has nothing left, or the grace is over. */
  #settled(graceMs: number): Promise<void> {
    const until = this.#parts.clock.now() + graceMs;
    return new Promise((resolve) => {
      const look = (): Timer | undefined => {
        // A session without a connection cannot be told anything within the grace.
        const busy =
          this.#parts.plain.running > 0 ||
          this.#parts.running.value > 0 ||
          [...this.#sessions].some((served) => !served.settled && served.session.attached);
        if (busy && this.#parts.clock.now() < until) return this.#parts.clock.timer(drainPollMs, look);
        resolve();
        return undefined;
      };
      look();
    });
  }
}
