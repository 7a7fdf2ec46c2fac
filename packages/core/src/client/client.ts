import type { Call, CallOptions, Metadata } from "../call.js";
import { type Clock, type Random, systemClock, systemRandom } from "../clock.js";
import { RpcError } from "../errors.js";
import { findTransport } from "../find-transport.js";
import { type Interceptor, intercept } from "../interceptor.js";
import { checkLimits, type Limits } from "../limits.js";
import { type Logger, silentLogger } from "../logger.js";
import { checkOptions } from "../service/names.js";
import type { GeneratedClient, ServiceCaller, ServiceDescription } from "../service-caller.js";
import type { Transport } from "../transport.js";
import type { SessionFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { createServiceCaller } from "./caller.js";
import { type ClientState, Connector } from "./connector.js";
import { type CallSender, OutgoingCall } from "./outgoing-call.js";
import { PendingCalls } from "./pending-calls.js";
import { createProxy } from "./proxy.js";
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
  readonly #calls: PendingCalls;
  readonly #subscriptions: Subscriptions;
  readonly #interceptors: readonly Interceptor[];
  readonly #stateListeners = new Set<(state: ClientState, reason: Error | undefined) => void>();
  readonly #sender: () => CallSender;
  #refs: ServiceRefs | undefined;
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
    this.#logger = logger;
    this.#timeoutMs = checkTimeout("timeoutMs", options.timeoutMs ?? 10_000);
    this.#interceptors = options.interceptors ?? [];
    this.#calls = new PendingCalls({
      clock,
      maxQueuedCalls: limits.maxQueuedCalls,
      slots: () => this.#slots(),
      cancel: (id) => this.#connector.session?.send({ type: "cancel", id }),
    });
    this.#subscriptions = new Subscriptions({ clock, limits, timeoutMs: this.#timeoutMs });
    this.#sender = () => ({ clock, session: this.#connector.session!, refs: this.#refs! });
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
          this.#draining = false;
          this.#subscriptions.attach(session);
          this.#calls.pump();
        },
        frame: (frame) => this.#frame(frame),
        room: () => this.#calls.pump(),
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
      queuedCalls: this.#calls.queued,
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
        call: (description, method, args, options) => this.#call(description, method, args, options),
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
  ): Promise<unknown> {
    const timeoutMs =
      options.timeoutMs === undefined ? this.#timeoutMs : checkTimeout("timeoutMs", options.timeoutMs);
    const call: Call = { service: service.name, method, args, metadata: options.metadata ?? noMetadata };
    const deadline = this.#clock.now() + timeoutMs;
    if (this.#interceptors.length === 0) return this.#send(service, call, deadline, options.signal);
    return intercept(this.#interceptors, (seen) => this.#send(service, seen, deadline, options.signal))(call);
  }

  #send(
    service: ServiceDescription,
    call: Call,
    deadline: number,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const name = `${call.service}.${call.method}`;
      if (this.state === "closed") return reject(notExecuted("unavailable", `${name}: the client is closed`));
      if (signal === undefined) {
        this.#calls.add(new OutgoingCall(service, call, deadline, this.#sender, { resolve, reject }));
        return;
      }
      if (signal.aborted)
        return reject(notExecuted("cancelled", `${name}: cancelled before it was sent`, signal.reason));
      const cancel = () => this.#calls.abandon(pending, "cancelled", `${name}: cancelled by its caller`);
      const settled = () => signal.removeEventListener("abort", cancel);
      const pending = new OutgoingCall(service, call, deadline, this.#sender, {
        resolve(value) {
          settled();
          resolve(value);
        },
        reject(error) {
          settled();
          reject(error);
        },
      });
      signal.addEventListener("abort", cancel);
      this.#calls.add(pending);
    });
  }

  async #subscribe(request: SubscribeRequest): Promise<LiveSubscription> {
    if (this.state === "closed") {
      throw notExecuted("unavailable", `${request.service}.${request.event}: the client is closed`);
    }
    return this.#subscriptions.add(request);
  }

  #frame(frame: SessionFrame): void {
    switch (frame.type) {
      case "reply":
        return this.#calls.resolve(frame.id, frame.value);
      case "error":
        return this.#calls.reject(frame.id, frame);
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
    if (session === undefined || this.state !== "online" || this.#draining || !session.hasRoom) return 0;
    return session.peerLimits.maxRunningCalls;
  }

  #lost(reason: RpcError): void {
    const closed = this.state === "closed";
    const code = closed ? "cancelled" : "unavailable";
    this.#calls.rejectSent(
      (call) => new RpcError(code, `${call.name}: ${reason.message}`, { outcome: "unknown", cause: reason }),
    );
    this.#refs = undefined;
    this.#subscriptions.detach();
  }

  #stateChanged(state: ClientState, reason: Error | undefined): void {
    if (state === "online") this.#calls.pump();
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
    this.#calls.rejectQueued((call) => notExecuted("cancelled", `${call.name}: the client was closed`));
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
