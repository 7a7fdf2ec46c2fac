import type { Call, CallOptions, Metadata } from "../call.js";
import { LocalCallbacks } from "../callback/local-callbacks.js";
import { type Clock, type Random, systemClock, systemRandom } from "../clock.js";
import { RpcError } from "../errors.js";
import { findTransport } from "../find-transport.js";
import { type Interceptor, intercept } from "../interceptor.js";
import { checkLimits, type Limits } from "../limits.js";
import { type Logger, silentLogger } from "../logger.js";
import { checkOptions } from "../service/names.js";
import type { GeneratedClient, ServiceCaller, ServiceDescription } from "../service-caller.js";
import type { Session } from "../session/session.js";
import { SessionStreams } from "../stream/session-streams.js";
import type { Transport } from "../transport.js";
import type { SessionFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { type Answer, CallParts, type PartsOfSession } from "./call-parts.js";
import { createServiceCaller } from "./caller.js";
import { type ClientState, Connector } from "./connector.js";
import { OnewayCalls } from "./oneway-calls.js";
import { type CallSender, OutgoingCall } from "./outgoing-call.js";
import { PendingCalls } from "./pending-calls.js";
import { createProxy } from "./proxy.js";
import { createRemoteStream } from "./remote-stream.js";
import { ServiceRefs } from "./service-refs.js";
import type { LiveSubscription } from "./subscription.js";
import { type SubscribeRequest, Subscriptions } from "./subscriptions.js";

/** How a client connects and calls. */
export interface ClientOptions {
  /** Which transports it may use; the URL's scheme picks one. */
  readonly transports: readonly Transport[];
  /** Milliseconds until a call is given up. Default 10,000: longer than a healthy method, shorter than patience. */
  readonly timeoutMs?: number;
  /** Milliseconds until the first connection is given up, tried again and again meanwhile. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** What to show the server, asked anew at every hello: a token, a user and password. */
  readonly credentials?: () => unknown;
  /** Functions around every call, the first outermost. */
  readonly interceptors?: readonly Interceptor[];
  /** Bounds of this client; see `Limits`. */
  readonly limits?: Partial<Limits>;
  /** Default: silent. */
  readonly logger?: Logger;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: the machine's. */
  readonly random?: Random;
}

/** Numbers of a client, for an operator. */
export interface ClientStats {
  readonly state: ClientState;
  /** Calls sent and not answered. */
  readonly pendingCalls: number;
  /** Calls that wait for a slot or a connection. */
  readonly queuedCalls: number;
  /** Functions that the server may call. */
  readonly callbacks: number;
  readonly subscriptions: number;
  /** Items that wait for their consumers. */
  readonly queuedEvents: number;
  /** Bytes sent and not acknowledged. */
  readonly sendBufferBytes: number;
}

const optionNames = [
  "transports",
  "timeoutMs",
  "connectTimeoutMs",
  "credentials",
  "interceptors",
  "limits",
  "logger",
  "clock",
  "random",
];

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
  checkOptions("connect", options, optionNames);
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
  readonly #logger: Logger;
  readonly #connector: Connector;
  readonly #limits: Limits;
  readonly #random: Random;
  readonly #calls: PendingCalls;
  readonly #oneways: OnewayCalls;
  readonly #subscriptions: Subscriptions;
  readonly #interceptors: readonly Interceptor[];
  readonly #stateListeners = new Set<(state: ClientState, reason: Error | undefined) => void>();
  readonly #sender: () => CallSender;
  #refs: ServiceRefs | undefined;
  /** Streams and callbacks of the present session. */
  #parts: PartsOfSession | undefined;
  /** The server takes no new calls in this session. */
  #draining = false;

  /** Use `connect`. */
  constructor(options: ClientOptions, targets: readonly { url: URL; transport: Transport }[]) {
    const {
      clock = systemClock,
      random = systemRandom,
      logger = silentLogger,
      connectTimeoutMs = 5_000,
    } = options;
    const limits = checkLimits(options.limits);
    this.#clock = clock;
    this.#limits = limits;
    this.#logger = logger;
    this.#random = random;
    this.#timeoutMs = checkTimeout("timeoutMs", options.timeoutMs ?? 10_000);
    this.#interceptors = options.interceptors ?? [];
    this.#calls = new PendingCalls({
      clock,
      maxQueuedCalls: limits.maxQueuedCalls,
      slots: () => this.#slots(),
      cancel: (id) => this.#connector.session?.send({ type: "cancel", id }),
    });
    this.#oneways = new OnewayCalls({
      clock,
      maxQueuedCalls: limits.maxQueuedCalls,
      ready: () => this.#slots() > 0,
    });
    this.#subscriptions = new Subscriptions({ clock, limits, timeoutMs: this.#timeoutMs });
    this.#sender = () => ({ clock, refs: this.#refs!, ...this.#parts! });
    const { credentials } = options;
    this.#connector = new Connector(
      {
        clock,
        random,
        limits,
        logger,
        connectTimeoutMs: checkTimeout("connectTimeoutMs", connectTimeoutMs),
        credentials,
        targets,
      },
      {
        opened: (session) => {
          this.#refs = new ServiceRefs(session);
          this.#parts = this.#createParts(session);
          this.#draining = false;
          this.#subscriptions.attach(session);
          this.#calls.pump();
          this.#oneways.attach(session.peerLimits.maxRunningCalls);
        },
        frame: (frame, sentAt) => this.#frame(frame, sentAt),
        room: () => this.#room(),
        lost: (reason) => this.#lost(reason),
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
      callbacks: this.#parts?.callbacks.size ?? 0,
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
    if (typeof typeOrName === "string") {
      return createProxy(this.#caller({ name: typeOrName, hash: "", members: [] }));
    }
    if (typeof typeOrName !== "function" || typeof typeOrName.service?.name !== "string") {
      throw new TypeError("client.service expects a class that rpc generate wrote, or a service's name");
    }
    const Generated = typeOrName;
    return new Generated(this.#caller(Generated.service));
  }

  /**
   * Closes in order: what was sent is sent, the server is told, and what still waits is rejected. Safe to call twice.
   */
  async close(): Promise<void> {
    await this.#connector.close(new RpcError("cancelled", "the client was closed"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Connects, and closes again when that fails. */
  [start](): Promise<void> {
    return this.#connector.start();
  }

  #caller(service: ServiceDescription): ServiceCaller {
    return createServiceCaller(
      service,
      {
        call: (description, method, args, options) => this.#call(description, method, args, options, "reply"),
        stream: (description, method, args, options) =>
          createRemoteStream({
            name: `${description.name}.${method}`,
            limits: this.#limits,
            options,
            call: (answer, given) => this.#call(description, method, args, given, answer),
          }),
        oneway: (description, method, args, options) =>
          this.#call(description, method, args, options, "oneway"),
        subscribe: (request) => this.#subscribe(request),
      },
      {},
    );
  }

  #call(
    service: ServiceDescription,
    method: string,
    args: readonly unknown[],
    options: CallOptions,
    answer: Answer,
  ): Promise<unknown> {
    const timeoutMs =
      options.timeoutMs === undefined ? this.#timeoutMs : checkTimeout("timeoutMs", options.timeoutMs);
    const call: Call = { service: service.name, method, args, metadata: options.metadata ?? noMetadata };
    const deadline = this.#clock.now() + timeoutMs;
    if (this.#interceptors.length === 0) return this.#send(service, call, deadline, options.signal, answer);
    return intercept(this.#interceptors, (seen) =>
      this.#send(service, seen, deadline, options.signal, answer),
    )(call);
  }

  #send(
    service: ServiceDescription,
    call: Call,
    deadline: number,
    signal: AbortSignal | undefined,
    answer: Answer,
  ): Promise<unknown> {
    const calls = answer === "oneway" ? this.#oneways : this.#calls;
    return new Promise((resolve, reject) => {
      const name = `${call.service}.${call.method}`;
      if (this.state === "closed") return reject(notExecuted("unavailable", `${name}: the client is closed`));
      const parts = CallParts.of(name, call.args, answer);
      if (signal === undefined) {
        calls.add(new OutgoingCall(service, call, deadline, this.#sender, { resolve, reject }, parts));
        return;
      }
      if (signal.aborted)
        return reject(notExecuted("cancelled", `${name}: cancelled before it was sent`, signal.reason));
      const cancel = () => calls.abandon(pending, "cancelled", `${name}: cancelled by its caller`);
      const settled = () => signal.removeEventListener("abort", cancel);
      const pending = new OutgoingCall(
        service,
        call,
        deadline,
        this.#sender,
        {
          resolve(value) {
            settled();
            resolve(value);
          },
          reject(error) {
            settled();
            reject(error);
          },
        },
        parts,
      );
      signal.addEventListener("abort", cancel);
      calls.add(pending);
    });
  }

  async #subscribe(request: SubscribeRequest): Promise<LiveSubscription> {
    if (this.state === "closed") {
      throw notExecuted("unavailable", `${request.service}.${request.event}: the client is closed`);
    }
    return this.#subscriptions.add(request);
  }

  #createParts(session: Session): PartsOfSession {
    const failures = { logger: this.#logger, random: this.#random, exposeErrors: false };
    return {
      session,
      failures,
      callbacks: new LocalCallbacks(session, this.#clock, this.#limits, failures),
      streams: new SessionStreams(session, this.#clock, ({ type, id, stream }) => {
        // What the server sends of a call comes before its answer, but may cross the leaving of its caller, and credit
        // the end of an argument's stream.
        if (this.#calls.find(id) === undefined || type !== "items") return;
        throw new ProtocolError(`items of stream ${stream} of call ${id}, which is not open`);
      }),
    };
  }

  #frame(frame: SessionFrame, sentAt: number): void {
    switch (frame.type) {
      case "reply":
        return this.#calls.resolve(frame.id, frame.value);
      case "error":
        // No call has the id 0: a one-way call was refused, and whoever made it no longer waits.
        if (frame.id === 0)
          return this.#logger.warn(`a one-way call was refused: ${frame.code}: ${frame.message}`);
        return this.#calls.reject(frame.id, frame);
      case "items":
        return this.#parts?.streams.items(frame);
      case "end":
        return this.#parts?.streams.end(frame);
      case "credit":
        return frame.id === 0 ? this.#oneways.grant(frame.items) : this.#parts?.streams.credit(frame);
      case "callback":
        return this.#parts?.callbacks.call(frame, sentAt);
      case "release":
        return this.#parts?.callbacks.release(frame.callback);
      case "events":
        return this.#subscriptions.events(frame);
      case "gap":
        return this.#subscriptions.gap(frame);
      case "subscribed":
        return this.#subscriptions.confirmed(frame);
      case "unsubscribed":
        return this.#subscriptions.ended(frame);
      case "used":
        return this.#refs?.used(frame.ref, frame.equal);
      case "goaway":
        this.#draining = true;
        return;
      default:
        throw new ProtocolError(`${frame.type} from a server`);
    }
  }

  #slots(): number {
    const { session } = this.#connector;
    // A new session is online a moment before it is opened.
    if (
      session === undefined ||
      this.#parts === undefined ||
      this.state !== "online" ||
      this.#draining ||
      !session.hasRoom
    )
      return 0;
    return session.peerLimits.maxRunningCalls;
  }

  #lost(reason: RpcError): void {
    const closed = this.state === "closed";
    const code = closed ? "cancelled" : "unavailable";
    this.#calls.rejectSent(
      (call) =>
        new RpcError(code, `${call.name}: ${reason.message}`, {
          outcome: "unknown",
          details: call.details,
          cause: reason,
        }),
    );
    this.#refs = undefined;
    this.#parts = undefined;
    this.#subscriptions.detach();
  }

  #room(): void {
    this.#calls.pump();
    this.#oneways.pump();
    this.#parts?.callbacks.room();
    this.#parts?.streams.room();
  }

  #stateChanged(state: ClientState, reason: Error | undefined): void {
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

const noMetadata: Metadata = Object.freeze({});

function checkTimeout(name: string, timeoutMs: number): number {
  if (typeof timeoutMs === "number" && timeoutMs > 0) return timeoutMs;
  throw new TypeError(
    `${name} must be a number of milliseconds above 0, or Infinity; got ${String(timeoutMs)}`,
  );
}

function notExecuted(code: "cancelled" | "unavailable", message: string, cause?: unknown): RpcError {
  return new RpcError(code, message, { outcome: "not-executed", cause });
}
