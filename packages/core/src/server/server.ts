import { type Clock, type Random, systemClock, systemRandom, type Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import type { FailureReport } from "../failure.js";
import { findTransport, type Target } from "../find-transport.js";
import { toHex } from "../hex.js";
import { checkLimits, type Limits, maxHandshakePacketBytes } from "../limits.js";
import { boundLog } from "../log-bounds.js";
import { type GuardedLogger, guardLogger } from "../logger.js";
import { addSink } from "../service/event.js";
import { createRegistry, type Registry } from "../service/registry.js";
import { type WithoutSafety, without } from "../session/safeties.js";
import { createSharedParts } from "../session/shared-parts.js";
import type { Listener } from "../transport.js";
import { serverFrames } from "../wire/server-frames.js";
import { TargetTable } from "../wire/target-table.js";
import { Admission } from "./admission.js";
import { Authenticator } from "./authenticator.js";
import { CallMeter } from "./call-meter.js";
import { Health, type ServerHealth } from "./health.js";
import { LostSessions } from "./lost-sessions.js";
import { MemoryOutcomeStore } from "./memory-outcome-store.js";
import { MethodRunner } from "./method-runner.js";
import { OnceCalls } from "./once-calls.js";
import { createPlainAccess, type ServedPlainAccess } from "./plain-access.js";
import { Reception } from "./reception.js";
import { createReservedService, reservedService } from "./reserved-service.js";
import { Rules } from "./rules.js";
import { RunningCount } from "./running-calls.js";
import { isSameIdentity } from "./same-identity.js";
import { SerialQueues } from "./serial-queues.js";
import { checkServeOptions, checkValidate, refuseOpenAddress, type ServeOptions } from "./serve-options.js";
import { ServedSession, type ServedSessionOptions } from "./served-session.js";
import { targetsOf } from "./served-target.js";
import type { ServerStats } from "./server-stats.js";
import { SessionTable } from "./session-table.js";
import type { StatsSource } from "./stats-report.js";
import { createLogs, eventsOf, type TopicLogs } from "./topic-logs.js";
import { Verdicts } from "./verdicts.js";

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
/** A plain peer cannot say how long it waits: as long as a client does by default. */
const plainTimeoutMs = 10_000;

/** Listens, and answers for its services until closed. */
export class Server implements AsyncDisposable {
  readonly #options: ServeOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #limits: Limits;
  readonly #logger: GuardedLogger;
  readonly #registry: Registry;
  readonly #authenticator: Authenticator;
  readonly #rules: Rules;
  readonly #health: Health;
  readonly #meter: CallMeter;
  readonly #startedAt: number;
  readonly #logs: TopicLogs;
  readonly #verdicts: Verdicts;
  readonly #plain: ServedPlainAccess;
  readonly #serial: SerialQueues;
  readonly #running = new RunningCount();
  readonly #sessions: SessionTable;
  readonly #lost: LostSessions;
  readonly #reception: Reception;
  readonly #epoch: string;
  readonly #targets: readonly Target[];
  #listeners: Listener[] = [];
  #detachSinks: (() => void)[] = [];
  #draining: { readonly retryAfterMs: number } | undefined;
  #closing: Promise<void> | undefined;

  /** Use `serve`. */
  constructor(services: readonly object[], options: ServeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#limits = checkLimits(options.limits);
    this.#logger = guardLogger("serve", options.logger, boundLog(this.#clock));
    const urls = Array.isArray(options.listen) ? options.listen : [options.listen];
    this.#targets = (urls.length === 0 ? [undefined] : urls).map((url) =>
      findTransport(url, options.transports),
    );
    const registry = createRegistry(services, options.contract, checkValidate(options), options.validators);
    this.#epoch = toHex(this.#random.bytes(16));
    this.#startedAt = this.#clock.now();
    this.#meter = new CallMeter(this.#clock);
    this.#health = new Health(registry.keys(), this.#epoch, () => this.#clock.wallTime());
    this.#registry = this.#withReserved(registry);
    this.#verdicts = new Verdicts(options.contract);
    this.#authenticator = new Authenticator({
      authenticate: options.authenticate,
      clock: this.#clock,
      limits: this.#limits,
      logger: this.#logger,
    });
    this.#rules = new Rules(this.#logger);
    this.#logs = createLogs(this.#registry, {
      clock: this.#clock,
      limits: this.#limits,
      rules: this.#rules,
    });
    this.#serial = new SerialQueues(this.#epoch);
    this.#plain = createPlainAccess({
      serial: this.#serial,
      rules: this.#rules,
      registry: this.#registry,
      logs: this.#logs,
      clock: this.#clock,
      limits: this.#limits,
      interceptors: options.interceptors ?? [],
      failures: this.#failures,
      timeoutMs: plainTimeoutMs,
    });
    this.#sessions = new SessionTable(this.#clock, this.#limits);
    const shared = this.#createShared();
    this.#reception = new Reception({
      clock: this.#clock,
      limits: this.#limits,
      logger: this.#logger,
      epoch: this.#epoch,
      authenticator: this.#authenticator,
      sessions: this.#sessions,
      open: () => this.#closing === undefined,
      draining: () => this.#draining !== undefined,
      isSame: (one, other) => this.#isSame(one, other),
      createSession: (id, hello, admitted) => {
        const start = { id, admitted, token: this.#random.bytes(16), peerLimits: hello.limits };
        const served = new ServedSession(shared, start);
        this.#sessions.add(id, served);
        return served;
      },
    });
    this.#lost = new LostSessions(options.onSessionLost, this.#logger);
    for (const target of this.#targets) refuseOpenAddress(target, options);
  }

  /** Where it really listens: port 0 has become a port. */
  get urls(): readonly string[] {
    return this.#listeners.map(({ url }) => url.href);
  }

  /** Identity of this start of the server: with another one, the sessions and sequence numbers before are gone. */
  get epoch(): string {
    return this.#epoch;
  }

  /** Where the application says how its services do, for whoever asks: `rpc health`, a load balancer. */
  get health(): ServerHealth {
    return this.#health;
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
    const runningCalls = this.#running.value + this.#plain.running;
    const { calls, refused } = this.#meter;
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
    this.#detachSinks = [...eventsOf(this.#registry)].map((member) =>
      member.event[addSink](this.#logs.get(member.service)!.get(member.name)!),
    );
    try {
      for (const target of this.#targets) this.#listeners.push(await this.#listen(target));
    } catch (error) {
      await this.close({ graceMs: 0 });
      throw error;
    }
  }

  #listen({ url, transport }: Target): Promise<Listener> {
    const { packetTimeoutMs, maxConnections, maxConnectionsPerAddress } = this.#limits;
    return transport.listen(
      url,
      {
        clock: this.#clock,
        logger: this.#logger,
        maxPacketBytes: maxHandshakePacketBytes,
        packetTimeoutMs,
        maxConnections,
        maxConnectionsPerAddress,
        plain: this.#plain,
      },
      (connection) => this.#reception.accept(connection),
    );
  }

  // A session belongs to who opened it: its running calls, its once keys and its subscriptions do.
  #isSame(one: unknown, other: unknown): boolean {
    const { outcomeScope: scopeOf = (identity) => identity } = this.#options;
    return isSameIdentity(one, other, { scopeOf, limits: this.#limits });
  }

  // One object for all sessions: each would take a quarter of a kilobyte for its own.
  #createShared(): ServedSessionOptions {
    const options = this.#options;
    const failures = this.#failures;
    const parts = { limits: this.#limits, runningInAll: this.#running, rules: this.#rules };
    return {
      ...parts,
      clock: this.#clock,
      logger: this.#logger,
      random: this.#random,
      frames: serverFrames,
      targets: new TargetTable(targetsOf(this.#registry)),
      shared: createSharedParts(this.#clock, this.#limits),
      without: (options as WithoutSafety)[without],
      registry: this.#registry,
      logs: this.#logs,
      verdicts: this.#verdicts,
      failures,
      once: this.#createOnceCalls(),
      meter: this.#meter,
      admission: new Admission({ ...parts, draining: () => this.#draining }),
      methods: new MethodRunner({
        interceptors: options.interceptors ?? [],
        failures,
        serial: this.#serial,
        meter: this.#meter,
        ambientContext: options.ambientContext,
      }),
      admit: (credentials, peer) => this.#authenticator.admit(credentials, peer),
      isSame: (one, other) => this.#isSame(one, other),
      broken: (served, peer) => this.#sessions.detached(served.caller.sessionId, peer),
      ended: ({ caller }, reason) => {
        const { sessionId: id, identity } = caller;
        this.#sessions.delete(id);
        this.#lost.add({ id, identity, reason });
      },
    };
  }

  #createOnceCalls(): OnceCalls {
    const { outcomeStore, outcomeScope = (identity) => identity } = this.#options;
    const { maxOutcomes, outcomeBytes } = this.#limits;
    return new OnceCalls({
      store:
        outcomeStore ?? new MemoryOutcomeStore({ maxOutcomes, outcomeBytes, since: this.#clock.wallTime() }),
      clock: this.#clock,
      limits: this.#limits,
      failures: this.#failures,
      epoch: this.#epoch,
      scopeOf: outcomeScope,
    });
  }

  async #close(graceMs: number): Promise<void> {
    // On the wire a count of milliseconds: a grace without end is a very long one there.
    const wireMs = Math.min(Math.ceil(graceMs), Number.MAX_SAFE_INTEGER);
    this.#draining = { retryAfterMs: wireMs };
    this.#health.drain();
    this.#meter.close();
    for (const { session, subscriptions } of this.#sessions) {
      subscriptions?.liftPaces();
      session.send({ type: "goaway", graceMs: wireMs });
    }
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    await this.#settled(graceMs);
    this.#plain.close();
    const reason = new RpcError("unavailable", "the server was closed");
    await Promise.all([...this.#sessions].map(({ session }) => session.close(reason)));
    await this.#reception.close();
    await this.#lost.settled();
    for (const detach of this.#detachSinks) detach();
    this.#logger.close();
  }

  /** Waits until every session has nothing left, or the grace is over. */
  #settled(graceMs: number): Promise<void> {
    const until = this.#clock.now() + graceMs;
    return new Promise((resolve) => {
      const look = (): Timer | undefined => {
        // A session without a connection cannot be told anything within the grace.
        const busy =
          this.#plain.running > 0 ||
          this.#running.value > 0 ||
          [...this.#sessions].some((served) => !served.settled && served.session.attached);
        if (busy && this.#clock.now() < until) return this.#clock.timer(drainPollMs, look);
        resolve();
        return undefined;
      };
      look();
    });
  }

  #withReserved(registry: Registry): Registry {
    const { contract, describe, stats } = this.#options;
    if (contract === undefined && describe !== undefined && describe !== false)
      throw new TypeError(
        "describe needs the contract: serve(services, { contract, describe }); rpc generate writes it",
      );
    const local = this.#targets.every(({ url, transport }) => transport.exposure(url) === "local");
    const described = describe ?? local;
    const reserved = createReservedService({
      contract,
      services: [...registry.keys()],
      describe: described,
      stats: stats ?? described,
      health: this.#health,
      source: this.#statsSource,
    });
    return new Map([...registry, [reservedService, reserved]]);
  }

  get #statsSource(): StatsSource {
    return {
      epoch: this.#epoch,
      clock: this.#clock,
      startedAt: this.#startedAt,
      meter: this.#meter,
      isDraining: () => this.#draining !== undefined,
      stats: () => this.stats(),
      events: () =>
        [...this.#logs.values()].flatMap((ofService) =>
          [...new Set(ofService.values())].map((log) => log.stats),
        ),
    };
  }

  get #failures(): FailureReport {
    return { logger: this.#logger, random: this.#random, exposeErrors: this.#options.exposeErrors ?? false };
  }
}
