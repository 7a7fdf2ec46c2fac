import type { AmbientContext } from "../ambient-context.js";
import type { CallContext } from "../call.js";
import { type Clock, type Random, systemClock, systemRandom, type Timer } from "../clock.js";
import type { Validators } from "../contract/printed-validators.js";
import { RpcError } from "../errors.js";
import type { FailureReport } from "../failure.js";
import { findTransport, type Target } from "../find-transport.js";
import { toHex } from "../hex.js";
import type { Interceptor } from "../interceptor.js";
import { checkLimits, type Limits, maxHandshakePacketBytes } from "../limits.js";
import { type GuardedLogger, guardLogger, type Logger } from "../logger.js";
import {
  checkContract,
  checkFunction,
  checkFunctions,
  checkTransports,
  checkValidators,
} from "../option-checks.js";
import type { ValidateOptions } from "../service/boundary.js";
import type { Contract } from "../service/contract.js";
import { addSink } from "../service/event.js";
import { formerNames } from "../service/formerly.js";
import { checkOptions } from "../service/names.js";
import { createRegistry, type Registry } from "../service/registry.js";
import { BlockPool } from "../session/block-pool.js";
import { receiveHello, sendHandshake, toPeerLimits } from "../session/handshake.js";
import { type WithoutSafety, without } from "../session/safeties.js";
import { SendBudget } from "../session/send-budget.js";
import type { Connection, Listener, Receiver, Transport } from "../transport.js";
import { type HelloFrame, protocolVersion } from "../wire/frame.js";
import type { Authenticate } from "./authenticate.js";
import { Authenticator } from "./authenticator.js";
import { CallMeter } from "./call-meter.js";
import { HistoryBudget } from "./delivery/history-budget.js";
import { Health, type ServerHealth } from "./health.js";
import { LostSessions, type OnSessionLost } from "./lost-sessions.js";
import { MemoryOutcomeStore } from "./memory-outcome-store.js";
import { OnceCalls } from "./once-calls.js";
import type { OutcomeStore } from "./outcome-store.js";
import { createPlainAccess, type ServedPlainAccess } from "./plain-access.js";
import { createReservedService, type Describe, reservedService } from "./reserved-service.js";
import { Rules } from "./rules.js";
import { RunningCount } from "./running-calls.js";
import { isSameIdentity } from "./same-identity.js";
import { SerialQueues } from "./serial-queues.js";
import { ServedSession } from "./served-session.js";
import type { ServerStats } from "./server-stats.js";
import { SessionTable } from "./session-table.js";
import type { StatsSource } from "./stats-report.js";
import { TopicLog, type TopicLogOptions } from "./topic-log.js";
import type { ValidIdentity } from "./valid-until.js";
import { Verdicts } from "./verdicts.js";

/** How services are served. */
export interface ServeOptions {
  /** Which transports may be used; each URL's scheme picks one. */
  readonly transports: readonly Transport[];
  /** Where to listen; several at once are one server. Port 0 takes a free one, see `server.urls`. */
  readonly listen: string | URL | undefined | readonly (string | URL | undefined)[];
  /** What `rpc generate` wrote for these services: names for a bare `@service`, numbers for methods, names of parameters. */
  readonly contract?: Contract;
  /** What is checked against the contract at run time; without one, arguments against `design:paramtypes` where `tsc` left them. */
  readonly validate?: ValidateOptions;
  /** What `rpc generate --validators` wrote: quicker checks of the contract's types. Default: they are made of the contract. */
  readonly validators?: Validators;
  /**
   * Who may ask for the contract, as `rpc contract --from` does. Default: everybody, if this server listens only where
   * processes of this machine come from; else nobody.
   */
  readonly describe?: Describe;
  /** Who may ask for the numbers of this server, as `rpc top` does. Default: as for `describe`. */
  readonly stats?: Describe;
  /** Decides who a client is, at every hello and when it shows new credentials. Without it the identity is undefined. */
  readonly authenticate?: Authenticate;
  /** Allows listening where anyone may connect, without `authenticate`. Default false. */
  readonly insecure?: boolean;
  /** Functions around every call, the first outermost. */
  readonly interceptors?: readonly Interceptor<CallContext>[];
  /**
   * Lets calls made inside a method inherit from its call without being handed the context: pass one
   * `createAmbientContext()` of `@rpc/core/ambient` here and to `connect`. Default: none, for it costs; see the README.
   */
  readonly ambientContext?: AmbientContext;
  /** Where once methods remember what they did. Default: in memory, gone with the process. */
  readonly outcomeStore?: OutcomeStore;
  /**
   * What of an identity tells one caller from another: keys of once methods of different callers never meet, and a
   * session is resumed only by the caller that opened it, else its client gets a new one.
   * Default: all that `authenticate` returned, which must then be the same every time and able to travel. Without
   * `authenticate`, what the transport proved; a certificate's fingerprint is in it, so name what outlives a renewal.
   */
  readonly outcomeScope?: (identity: unknown) => unknown;
  /**
   * Told of every session that is over: its client closed it, was away for `sessionRetentionMs`, or broke the protocol,
   * or the server closes. For what a client left behind, such as its orders. `close` waits for the promise it returns; a
   * rejection goes to the logger.
   */
  readonly onSessionLost?: OnSessionLost;
  /** Bounds of this server; see `Limits`. */
  readonly limits?: Partial<Limits>;
  /** Default: silent. */
  readonly logger?: Logger;
  /** Sends messages of unexpected errors to callers: for development. Default false. */
  readonly exposeErrors?: boolean;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: the machine's. */
  readonly random?: Random;
}

const optionNames = [
  "transports",
  "listen",
  "contract",
  "validate",
  "validators",
  "describe",
  "stats",
  "authenticate",
  "insecure",
  "interceptors",
  "ambientContext",
  "outcomeStore",
  "outcomeScope",
  "onSessionLost",
  "limits",
  "logger",
  "exposeErrors",
  "clock",
  "random",
];

/**
 * Serves instances of decorated classes: `await serve([new Person()], { transports: [tcp()], listen: "tcp://127.0.0.1:7000" })`.
 *
 * @throws TypeError for services or options that make no sense, at once and with the remedy. RpcError `unavailable`
 * when an address is taken, `failed_precondition` when anyone could connect and nothing says who may.
 */
export async function serve(services: readonly object[], options: ServeOptions): Promise<Server> {
  checkOptions("serve", options, optionNames);
  checkTransports("serve", options.transports);
  checkContract("serve", options.contract);
  checkValidators("serve", options);
  checkFunctions("serve", "interceptors", options.interceptors);
  for (const name of ["authenticate", "outcomeScope", "onSessionLost"] as const)
    checkFunction("serve", name, options[name]);
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
  readonly #logs: ReadonlyMap<string, ReadonlyMap<string, TopicLog>>;
  readonly #verdicts: Verdicts;
  readonly #plain: ServedPlainAccess;
  readonly #once: OnceCalls;
  readonly #serial: SerialQueues;
  readonly #running = new RunningCount();
  readonly #sessions: SessionTable;
  readonly #lost: LostSessions;
  readonly #connections = new Set<Connection>();
  readonly #pool = new BlockPool();
  readonly #budget: SendBudget;
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
    this.#logger = guardLogger("serve", options.logger, this.#clock);
    this.#budget = new SendBudget(this.#limits.totalSendBufferBytes);
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
    this.#once = this.#createOnceCalls();
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
    const sessions = [...this.#sessions].map(({ session, calls, callbacks, subscriptions, identity }) => ({
      peer: session.peer,
      identity: identity.value,
      runningCalls: calls.running,
      streams: calls.streams.size,
      callbacks: callbacks.size,
      subscriptions: subscriptions.size,
      queuedEvents: subscriptions.queued,
      droppedEvents: subscriptions.dropped,
      sendBufferBytes: session.sendBufferBytes,
    }));
    const runningCalls = this.#running.value + this.#plain.running;
    const { calls, refused } = this.#meter;
    return { connections: this.#connections.size, runningCalls, calls, refused, sessions };
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
      (connection) => this.#accept(connection),
    );
  }

  #accept(connection: Connection): void {
    if (this.#closing !== undefined || this.#connections.size >= this.#limits.maxConnections) {
      void connection.close();
      return;
    }
    this.#connections.add(connection);
    const handshake = {
      clock: this.#clock,
      limits: this.#limits,
      timeoutMs: this.#limits.handshakeTimeoutMs,
    };
    receiveHello(
      connection,
      handshake,
      (hello) => this.#decide(connection, hello),
      (reason) => {
        this.#connections.delete(connection);
        this.#logger.info(
          `connection from ${connection.peer.address ?? connection.peer.scheme} refused: ${reason.message}`,
          "refused connections",
        );
      },
    );
  }

  async #decide(connection: Connection, hello: HelloFrame): Promise<() => Receiver> {
    const admitted = await this.#authenticator.admit(hello.credentials, connection.peer);
    // What follows is decided when it is done: others may have come while `authenticate` made up its mind.
    return () => this.#welcome(connection, hello, admitted);
  }

  #welcome(connection: Connection, hello: HelloFrame, admitted: ValidIdentity): Receiver {
    const id = toHex(hello.sessionId);
    const kept = this.#findKept(id, hello.token);
    const same = kept !== undefined && this.#isSame(kept.identity.value, admitted.identity);
    const resumed = same && kept.session.open && kept.session.canContinueFrom(hello.received);
    if (!resumed) {
      const why = kept !== undefined && !same ? "as somebody else" : "without it";
      kept?.session.end(refused("unavailable", `its client came back ${why}`));
    }
    const served = resumed ? kept : this.#createSession(id, hello, admitted);
    // The same caller, with what `authenticate` says of it now.
    if (resumed) served.identity.renew(admitted);
    sendHandshake(
      connection,
      {
        type: "welcome",
        protocol: protocolVersion,
        epoch: this.#epoch,
        resumed,
        token: served.token,
        received: served.session.received,
        limits: toPeerLimits(this.#limits),
        features: [],
        validMs: served.identity.validMs,
      },
      this.#limits,
    );
    // The client is here, so an older connection of its session is a dead one.
    if (resumed) served.session.break(new Error("its client came by another connection"));
    this.#sessions.attached(id);
    const receiver = served.session.attach(connection, hello.limits, resumed ? hello.received : 0);
    return {
      packet: (bytes) => receiver.packet(bytes),
      drain: () => receiver.drain(),
      closed: (reason) => {
        this.#connections.delete(connection);
        receiver.closed(reason);
      },
    };
  }

  // A session belongs to who opened it: its running calls, its once keys and its subscriptions do.
  #isSame(one: unknown, other: unknown): boolean {
    const { outcomeScope: scopeOf = (identity) => identity } = this.#options;
    return isSameIdentity(one, other, { scopeOf, limits: this.#limits });
  }

  /** The session that a hello resumes; undefined when it asks for a new one. Throws `RpcError` when it may have neither. */
  #findKept(id: string, token: Uint8Array | undefined): ServedSession | undefined {
    if (this.#draining !== undefined) throw refused("unavailable", "the server takes no new sessions");
    const kept = token === undefined ? undefined : this.#sessions.find(id, token);
    if (kept !== undefined) return kept;
    if (this.#sessions.has(id)) throw refused("unauthenticated", "the session belongs to somebody else");
    if (this.#sessions.size < this.#limits.maxSessions || this.#sessions.makeRoom()) return undefined;
    throw refused("resource_exhausted", `${this.#limits.maxSessions} sessions exist already (maxSessions)`);
  }

  #createSession(id: string, hello: HelloFrame, admitted: ValidIdentity): ServedSession {
    const served: ServedSession = new ServedSession(
      {
        clock: this.#clock,
        limits: this.#limits,
        logger: this.#logger,
        random: this.#random,
        pool: this.#pool,
        budget: this.#budget,
        without: (this.#options as WithoutSafety)[without],
        registry: this.#registry,
        logs: this.#logs,
        verdicts: this.#verdicts,
        interceptors: this.#options.interceptors ?? [],
        failures: this.#failures,
        id,
        admitted,
        admit: (credentials, peer) => this.#authenticator.admit(credentials, peer),
        isSame: (one, other) => this.#isSame(one, other),
        token: this.#random.bytes(16),
        peerLimits: hello.limits,
        runningInAll: this.#running,
        once: this.#once,
        rules: this.#rules,
        serial: this.#serial,
        meter: this.#meter,
        ambientContext: this.#options.ambientContext,
        draining: () => this.#draining,
      },
      {
        broken: (_, peer) => this.#sessions.detached(id, peer),
        ended: (reason) => {
          this.#sessions.delete(id);
          this.#lost.add({ id, identity: served.identity.value, reason });
        },
      },
    );
    this.#sessions.add(id, served);
    return served;
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
      subscriptions.liftPaces();
      session.send({ type: "goaway", graceMs: wireMs });
    }
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    await this.#settled(graceMs);
    this.#plain.close();
    const reason = new RpcError("unavailable", "the server was closed");
    await Promise.all([...this.#sessions].map(({ session }) => session.close(reason)));
    await Promise.all([...this.#connections].map((connection) => connection.close()));
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

function checkValidate({ validate = {}, exposeErrors = false }: ServeOptions): Required<ValidateOptions> {
  checkOptions("serve: validate", validate, ["arguments", "results", "events"]);
  return { arguments: true, results: exposeErrors, events: exposeErrors, ...validate };
}

function createLogs(
  registry: Registry,
  options: Omit<TopicLogOptions, "budget">,
): ReadonlyMap<string, ReadonlyMap<string, TopicLog>> {
  const logs = new Map<string, Map<string, TopicLog>>();
  const budget = new HistoryBudget(options.limits.historyBytes);
  for (const member of eventsOf(registry)) {
    const ofService = logs.get(member.service) ?? new Map<string, TopicLog>();
    const log = new TopicLog(member, { ...options, budget });
    for (const name of [member.name, ...formerNames(member.options.formerly)]) ofService.set(name, log);
    logs.set(member.service, ofService);
  }
  return logs;
}

function eventsOf(registry: Registry) {
  return [...registry.values()].flatMap(({ members }) =>
    [...new Set(members.values())].filter((member) => member.kind === "event"),
  );
}

function refuseOpenAddress({ url, transport }: Target, { authenticate, insecure }: ServeOptions): void {
  if (authenticate !== undefined || insecure === true || transport.exposure(url) !== "open") return;
  throw refused(
    "failed_precondition",
    `${url.href} is open to anyone who can reach it; pass authenticate, use a transport that checks its peers ` +
      "(tls:// with client certificates, zmq:// with CURVE and allowedKeys), listen on 127.0.0.1, or write insecure: true",
  );
}

function refused(
  code: "unavailable" | "unauthenticated" | "resource_exhausted" | "failed_precondition",
  message: string,
): RpcError {
  return new RpcError(code, message, { outcome: "not-executed" });
}
