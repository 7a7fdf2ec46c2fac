import type { AmbientContext } from "../ambient-context.js";
import { type Call, type CallContext, type CallOptions, noMetadata } from "../call.js";
import { type Clock, type Random, systemClock, systemRandom } from "../clock.js";
import { RpcError } from "../errors.js";
import { findTransport } from "../find-transport.js";
import { type Interceptor, intercept } from "../interceptor.js";
import { checkLimits, type Limits } from "../limits.js";
import { type GuardedLogger, guardLogger } from "../logger.js";
import type { GeneratedClient, ServiceCaller, ServiceDescription } from "../service-caller.js";
import { type WithoutSafety, without } from "../session/safeties.js";
import type { Transport } from "../transport.js";
import type { OutcomeFrame } from "../wire/frame.js";
import { type CallOutcome, toCallOutcome } from "./call-outcome.js";
import { type Answer, CallParts, type PartsOfSession } from "./call-parts.js";
import { createServiceCaller } from "./caller.js";
import { checkCallOptions, refuseMetadata } from "./check-call-options.js";
import { type ClientOptions, checkClientOptions, checkTimeout } from "./client-options.js";
import { ClientSession } from "./client-session.js";
import type { ClientStats } from "./client-stats.js";
import { type ClientState, Connector } from "./connector.js";
import { inherit } from "./nested-call.js";
import { notExecuted } from "./not-executed.js";
import { OnewayCalls } from "./oneway-calls.js";
import { OutcomeQuery } from "./outcome-query.js";
import { OutgoingCall } from "./outgoing-call.js";
import { PendingCalls } from "./pending-calls.js";
import { createProxy } from "./proxy.js";
import { createRemoteStream, type RemoteStream } from "./remote-stream.js";
import type { SentCalls } from "./sent-calls.js";
import type { LiveSubscription } from "./subscription.js";
import { type SubscribeRequest, Subscriptions } from "./subscriptions.js";

/**
 * Connects to a server: `await connect("tcp://127.0.0.1:7000", { transports: [tcp()] })`.
 *
 * With several URLs they are tried in turn. The client keeps its session across broken connections by itself, and must
 * be closed: `await client.close()`, or `await using`.
 *
 * @throws RpcError `unavailable` when nobody answered within `connectTimeoutMs`; at once `invalid_argument` for a bad
 * URL, `unauthenticated` when refused, `failed_precondition` when the server speaks another protocol.
 */
export async function connect(
  url: string | URL | readonly (string | URL)[] | undefined,
  options: ClientOptions,
): Promise<Client> {
  checkClientOptions(options);
  const urls = Array.isArray(url) ? url : [url];
  const targets = urls.map((one) => findTransport(one, options.transports));
  if (targets.length === 0) findTransport(undefined, options.transports);
  const client = new Client(options, targets);
  await client[start]();
  return client;
}

const start = Symbol("start");

/** What an application holds to make calls: one session with a server, over whatever connections it takes. */
export class Client implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #logger: GuardedLogger;
  readonly #connector: Connector;
  readonly #limits: Limits;
  readonly #random: Random;
  readonly #calls: PendingCalls;
  readonly #oneways: OnewayCalls;
  readonly #subscriptions: Subscriptions;
  readonly #credentials: (() => unknown) | undefined;
  readonly #interceptors: readonly Interceptor[];
  readonly #stateListeners = new Set<(state: ClientState, reason: Error | undefined) => void>();
  readonly #ambient: AmbientContext | undefined;
  /** The session that takes new calls, and those that were left after a goaway. */
  readonly #sessions = new Map<SentCalls, ClientSession>();
  readonly #partsOf = (sent: SentCalls): PartsOfSession => this.#sessions.get(sent)!;
  /** The session that takes new calls; undefined without one. */
  #current: ClientSession | undefined;
  /** Services of generated clients that were subscribed to: a new session hears of their contracts first. */
  readonly #subscribed = new Set<ServiceDescription>();

  /** Use `connect`. */
  constructor(options: ClientOptions, targets: readonly { url: URL; transport: Transport }[]) {
    const { clock = systemClock, random = systemRandom, connectTimeoutMs = 5_000 } = options;
    const logger = guardLogger("connect", options.logger, clock);
    const limits = checkLimits(options.limits);
    this.#clock = clock;
    this.#limits = limits;
    this.#random = random;
    this.#logger = logger;
    this.#timeoutMs = checkTimeout("timeoutMs", options.timeoutMs ?? 10_000);
    this.#interceptors = options.interceptors ?? [];
    this.#ambient = options.ambientContext;
    this.#calls = new PendingCalls({
      clock,
      random,
      maxQueuedCalls: limits.maxQueuedCalls,
      slots: () => this.#slots(),
      obstacle: () => this.#connector.obstacle,
    });
    this.#oneways = new OnewayCalls({
      clock,
      maxQueuedCalls: limits.maxQueuedCalls,
      to: () => (this.#slots() > 0 ? this.#current : undefined),
      obstacle: () => this.#connector.obstacle,
    });
    this.#subscriptions = new Subscriptions({
      clock,
      limits,
      timeoutMs: this.#timeoutMs,
      logger,
      obstacle: () => this.#connector.obstacle,
    });
    const { credentials } = options;
    this.#credentials = credentials;
    this.#connector = new Connector(
      {
        clock,
        random,
        limits,
        logger,
        connectTimeoutMs: checkTimeout("connectTimeoutMs", connectTimeoutMs),
        credentials,
        targets,
        without: (options as WithoutSafety)[without],
      },
      {
        opened: (session, epoch) => {
          const sent = this.#calls.open(session);
          const opened = this.#createSession(sent);
          this.#sessions.set(sent, opened);
          this.#current = opened;
          for (const description of this.#subscribed) sent.refs.agree(description);
          this.#subscriptions.attach(session, epoch);
          this.#room();
          this.#releaseLeft();
          return {
            admitted: (validMs) => opened.credentials.holds(validMs),
            frame: (frame, sentAt) => opened.frame(frame, sentAt),
            lost: (reason) => this.#lost(reason, sent),
          };
        },
        room: () => this.#room(),
        state: (state, reason) => this.#stateChanged(state, reason),
      },
    );
  }

  /** Where the client stands. */
  get state(): ClientState {
    return this.#connector.state;
  }

  /** Calls `listener` at every change of `state`, with what caused it; returns how to stop. */
  onState(listener: (state: ClientState, reason: Error | undefined) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  stats(): ClientStats {
    return {
      state: this.state,
      pendingCalls: this.#calls.pending,
      queuedCalls: this.#calls.queued + this.#oneways.queued,
      callbacks: [...this.#sessions.values()].reduce((sum, { callbacks }) => sum + callbacks.size, 0),
      subscriptions: this.#subscriptions.size,
      queuedEvents: this.#subscriptions.queued,
      sendBufferBytes: this.#connector.session?.sendBufferBytes ?? 0,
    };
  }

  /** A generated client of one service: `client.service(PersonClient)`. */
  service<Service extends object>(type: GeneratedClient<Service>): Service;
  /** A dynamic proxy, for tests and tools: `client.service<Remote<Person>>("Person")`. */
  service<Service extends object>(name: string): Service;
  service(typeOrName: GeneratedClient<object> | string): object {
    return this.#service(typeOrName, {});
  }

  /** The same client, whose services have these options for every call; it is not another to close. */
  $with(options: CallOptions): Pick<Client, "service"> {
    checkCallOptions(options);
    return {
      service: (typeOrName: GeneratedClient<object> | string) => this.#service(typeOrName, options) as never,
    };
  }

  #service(typeOrName: GeneratedClient<object> | string, options: CallOptions): object {
    if (typeof typeOrName === "string") {
      return createProxy(this.#caller({ name: typeOrName, hash: "", members: [] }, options));
    }
    if (typeof typeOrName !== "function" || typeof typeOrName.service?.name !== "string") {
      throw new TypeError("client.service expects a class that rpc generate wrote, or a service's name");
    }
    const Generated = typeOrName;
    return new Generated(this.#caller(Generated.service, options));
  }

  /**
   * What became of a call of a once method: `client.outcome({ service: "Desk", method: "placeOrder", key })`, or with a
   * generated client's class as the service. Ask it after a `reset`, for every key whose call has not been answered.
   */
  outcome(request: {
    readonly service: GeneratedClient<object> | string;
    readonly method: string;
    readonly key: string;
  }): Promise<CallOutcome> {
    const { service, method, key } = request;
    const description =
      typeof service === "string" ? { name: service, hash: "", members: [] } : service.service;
    return this.#outcome(description, method, key, {});
  }

  /**
   * Asks `credentials` anew and shows the server what it gives, while everything goes on: when a role has changed, or a
   * token was revoked. Tokens that end are refreshed in time without it. Resolves when the server accepted them.
   *
   * A server that refuses them, or finds that they name somebody else, ends the session: fails closed.
   *
   * @throws RpcError what the server said; `unavailable` when it could not decide, or there is no session: the next one
   * begins with new credentials anyway.
   */
  async refreshCredentials(): Promise<void> {
    if (this.#credentials === undefined)
      throw new TypeError("refreshCredentials has nothing to show: pass credentials to connect");
    if (this.#current === undefined)
      throw notExecuted("unavailable", "no session to refresh; the next begins with new credentials");
    await this.#current.credentials.refresh();
  }

  /**
   * Closes in order: what was sent is sent, the server is told, and what still waits is rejected. Safe to call twice.
   */
  async close(): Promise<void> {
    await this.#connector.close(new RpcError("cancelled", "the client was closed"));
    this.#logger.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Connects, and closes again when that fails. */
  [start](): Promise<void> {
    return this.#connector.start();
  }

  #caller(service: ServiceDescription, options: CallOptions): ServiceCaller {
    return createServiceCaller(
      service,
      {
        call: (description, method, args, options) => this.#call(description, method, args, options, "reply"),
        stream: (description, method, args, options) => this.#stream(description, method, args, options),
        oneway: (description, method, args, options) =>
          this.#call(description, method, args, options, "oneway"),
        outcome: (description, method, key, options) => this.#outcome(description, method, key, options),
        subscribe: (request) => this.#subscribe(service, request),
      },
      {},
    ).with(options);
  }

  // It is part of the call that it was asked for in, wherever it is iterated.
  #stream(
    service: ServiceDescription,
    method: string,
    args: readonly unknown[],
    options: CallOptions,
  ): RemoteStream<unknown> {
    const context = options.context ?? this.#ambient?.current();
    return createRemoteStream({
      name: `${service.name}.${method}`,
      limits: this.#limits,
      options: context === undefined ? options : { ...options, context },
      call: (answer, given) => this.#call(service, method, args, given, answer),
    });
  }

  #call(
    service: ServiceDescription,
    method: string,
    args: readonly unknown[],
    options: CallOptions,
    answer: Answer,
  ): Promise<unknown> {
    const context = options.context ?? this.#ambient?.current();
    if (context !== undefined) return this.#callWithin(context, service, method, args, options, answer);
    const timeoutMs =
      options.timeoutMs === undefined ? this.#timeoutMs : checkTimeout("timeoutMs", options.timeoutMs);
    return this.#callFor(timeoutMs, service, method, args, options, answer);
  }

  // A call inside another is given up with it.
  #callWithin(
    context: CallContext,
    service: ServiceDescription,
    method: string,
    args: readonly unknown[],
    options: CallOptions,
    answer: Answer,
  ): Promise<unknown> {
    const own =
      options.timeoutMs === undefined ? this.#timeoutMs : checkTimeout("timeoutMs", options.timeoutMs);
    const { timeoutMs, ...inherited } = inherit(options, context, own);
    if (timeoutMs > 0) return this.#callFor(timeoutMs, service, method, args, inherited, answer);
    const name = `${service.name}.${method}`;
    const why = `${name}: the deadline of ${context.service}.${context.method}, which calls it, has passed`;
    return Promise.reject(new RpcError("deadline_exceeded", why, { outcome: "not-executed" }));
  }

  #callFor(
    timeoutMs: number,
    service: ServiceDescription,
    method: string,
    args: readonly unknown[],
    options: CallOptions,
    answer: Answer,
  ): Promise<unknown> {
    const call: Call = { service: service.name, method, args, metadata: options.metadata ?? noMetadata };
    const deadline = this.#now() + timeoutMs;
    if (this.#interceptors.length === 0) return this.#send(service, call, deadline, options, answer);
    return intercept(this.#interceptors, async (seen) => {
      const wrong = refuseMetadata(seen.metadata);
      if (wrong === undefined) return this.#send(service, seen, deadline, options, answer);
      throw notExecuted("invalid_argument", `${seen.service}.${seen.method}: from an interceptor, ${wrong}`);
    })(call);
  }

  #send(
    service: ServiceDescription,
    call: Call,
    deadline: number,
    options: CallOptions,
    answer: Answer,
  ): Promise<unknown> {
    const calls = answer === "oneway" ? this.#oneways : this.#calls;
    return new Promise((resolve, reject) => {
      if (this.state === "closed")
        return reject(notExecuted("unavailable", `${nameOf(call)}: the client is closed`));
      const parts = CallParts.needed(call.args, answer)
        ? new CallParts(nameOf(call), call.args, answer, this.#partsOf)
        : undefined;
      if (options.signal === undefined)
        calls.add(new OutgoingCall(service, call, deadline, options, resolve, reject, parts));
      else
        sendAbortable(
          options.signal,
          call,
          calls,
          resolve,
          reject,
          (settle, fail) => new OutgoingCall(service, call, deadline, options, settle, fail, parts),
        );
    });
  }

  #outcome(
    service: ServiceDescription,
    method: string,
    key: string,
    options: CallOptions,
  ): Promise<CallOutcome> {
    const name = `the outcome of ${service.name}.${method}`;
    if (this.state === "closed")
      return Promise.reject(notExecuted("unavailable", `${name}: the client is closed`));
    const deadline = this.#clock.now() + checkTimeout("timeoutMs", options.timeoutMs ?? this.#timeoutMs);
    return new Promise<OutcomeFrame>((resolve, reject) => {
      this.#calls.add(
        new OutcomeQuery({ service: service.name, method, key }, deadline, service.errors, resolve, reject),
      );
    }).then((frame) => toCallOutcome(frame, service.errors));
  }

  async #subscribe(service: ServiceDescription, request: SubscribeRequest): Promise<LiveSubscription> {
    if (this.state === "closed") {
      throw notExecuted("unavailable", `${request.service}.${request.event}: the client is closed`);
    }
    if (service.hash !== "") this.#subscribed.add(service);
    this.#current?.sent.refs.agree(service);
    return this.#subscriptions.add(request);
  }

  // Calls of one turn share a reading of the clock, which costs a twentieth of a call.
  #now(): number {
    return this.#current === undefined ? this.#clock.now() : this.#current.session.turnTime;
  }

  #createSession(sent: SentCalls): ClientSession {
    const session: ClientSession = new ClientSession(sent, {
      calls: this.#calls,
      oneways: this.#oneways,
      subscriptions: this.#subscriptions,
      clock: this.#clock,
      limits: this.#limits,
      failures: { logger: this.#logger, random: this.#random, exposeErrors: false },
      refresh: {
        clock: this.#clock,
        random: this.#random,
        logger: this.#logger,
        timeoutMs: this.#timeoutMs,
        credentials: this.#credentials,
      },
      goaway: (graceMs) => this.#leave(session, graceMs),
      answered: () => {
        if (this.#current !== session) this.#releaseLeft();
      },
    });
    return session;
  }

  #slots(): number {
    const session = this.#current?.session;
    if (session === undefined || this.state !== "online" || !session.hasRoom) return 0;
    return session.peerLimits.maxRunningCalls;
  }

  /** Goaway: what runs goes on where it is, what comes goes to the next session, and subscriptions follow there. */
  #leave(session: ClientSession, graceMs: number): void {
    if (this.#current !== session) return;
    this.#current = undefined;
    this.#calls.leave();
    this.#connector.leave(graceMs);
  }

  // Subscriptions stay in a session that was left until there is another for them.
  #releaseLeft(): void {
    if (this.#current === undefined) return;
    for (const left of this.#sessions.values())
      if (left !== this.#current && left.idle) this.#connector.release(left.session);
  }

  #lost(reason: RpcError, sent: SentCalls): void {
    this.#sessions.get(sent)?.credentials.ended(reason);
    this.#sessions.delete(sent);
    if (this.#current?.sent === sent) this.#current = undefined;
    this.#subscriptions.detach(sent.session);
    const code = this.state === "closed" ? "cancelled" : "unavailable";
    // A session that ended by a broken protocol may have been broken by one of its calls, which must not come back.
    const final = this.state === "closed" || reason.code === "invalid_argument";
    this.#calls.lost(
      sent,
      (call, outcome) =>
        new RpcError(code, `${call.name}: ${reason.message}`, {
          outcome,
          details: call.details,
          cause: reason,
        }),
      final,
    );
  }

  #room(): void {
    this.#calls.pump();
    this.#oneways.pump();
    for (const session of this.#sessions.values()) session.room();
  }

  #stateChanged(state: ClientState, reason: Error | undefined): void {
    this.#subscriptions.linkChanged();
    if (state === "online") this.#room();
    for (const listener of this.#stateListeners) {
      try {
        listener(state, reason);
      } catch (error) {
        this.#logger.error(
          `a listener of the client's state failed: ${error instanceof Error ? error.stack : String(error)}`,
        );
      }
    }
    if (state !== "closed") return;
    const closed = (call: { readonly name: string }) =>
      notExecuted("cancelled", `${call.name}: the client was closed`);
    this.#calls.rejectQueued(closed);
    this.#oneways.rejectQueued(closed);
    this.#subscriptions.close(notExecuted("cancelled", "the client was closed"));
  }
}

function nameOf(call: Call): string {
  return `${call.service}.${call.method}`;
}

/** Sends a call that its caller's signal cancels; when it is settled nobody listens to the signal any more. */
function sendAbortable(
  signal: AbortSignal,
  call: Call,
  calls: Pick<PendingCalls, "add" | "abandon">,
  resolve: (value: unknown) => void,
  reject: (error: RpcError) => void,
  create: (resolve: (value: unknown) => void, reject: (error: RpcError) => void) => OutgoingCall,
): void {
  const name = nameOf(call);
  if (signal.aborted)
    return reject(notExecuted("cancelled", `${name}: cancelled before it was sent`, signal.reason));
  const cancel = () => calls.abandon(pending, "cancelled", `${name}: cancelled by its caller`);
  const settled = () => signal.removeEventListener("abort", cancel);
  const pending = create(
    (value) => {
      settled();
      resolve(value);
    },
    (error) => {
      settled();
      reject(error);
    },
  );
  signal.addEventListener("abort", cancel);
  calls.add(pending);
}
