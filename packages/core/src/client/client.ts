import type { CallOptions } from "../call.js";
import { checkLimitsOf } from "../check-limits.js";
import { systemClock, systemRandom } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Target } from "../find-transport.js";
import { type GuardedLogger, guardLogger } from "../logger.js";
import type { GeneratedClient, ServiceCaller, ServiceDescription } from "../service-caller.js";
import { type WithoutSafety, without } from "../session/safeties.js";
import type { CallOutcome } from "./call-outcome.js";
import { createServiceCaller } from "./caller.js";
import { checkCallOptions } from "./check-call-options.js";
import { ClientCalls } from "./client-calls.js";
import type { ClientKind } from "./client-kind.js";
import { type ClientOptions, checkTimeout } from "./client-options.js";
import { ClientSessions } from "./client-sessions.js";
import type { ClientStats } from "./client-stats.js";
import type { ClientState } from "./connector.js";
import { notExecuted } from "./not-executed.js";

/** Opens the first session of a client. */
export const start: unique symbol = Symbol("start");

/** What an application holds to make calls: one session with a server, over whatever connections it takes. */
export class Client implements AsyncDisposable {
  readonly #logger: GuardedLogger;
  readonly #sessions: ClientSessions;
  readonly #calls: ClientCalls;
  readonly #credentials: (() => unknown) | undefined;
  readonly #stateListeners = new Set<(state: ClientState, reason: Error | undefined) => void>();

  /** Use `connect`. */
  constructor(options: ClientOptions, targets: readonly Target[], kind: ClientKind) {
    const { clock = systemClock, random = systemRandom, credentials } = options;
    this.#logger = guardLogger("connect", options.logger, kind.boundLog(clock));
    this.#credentials = credentials;
    this.#sessions = new ClientSessions({
      clock,
      random,
      limits: checkLimitsOf(kind.limits, options.limits),
      logger: this.#logger,
      timeoutMs: checkTimeout("timeoutMs", options.timeoutMs ?? 10_000),
      connectTimeoutMs: checkTimeout("connectTimeoutMs", options.connectTimeoutMs ?? 5_000),
      credentials,
      targets,
      without: (options as WithoutSafety)[without],
      changed: (state, reason) => this.#changed(state, reason),
    });
    this.#sessions.take(kind.parts);
    this.#sessions.take(options.parts);
    this.#calls = new ClientCalls(this.#sessions, options.interceptors, options.ambientContext);
  }

  /** Where the client stands. */
  get state(): ClientState {
    return this.#sessions.connector.state;
  }

  /** Calls `listener` at every change of `state`, with what caused it; returns how to stop. */
  onState(listener: (state: ClientState, reason: Error | undefined) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  stats(): ClientStats {
    const { calls, slots, callbacks, connector } = this.#sessions;
    return {
      state: this.state,
      pendingCalls: calls.pending,
      queuedCalls: calls.queued + (slots.oneway?.queued ?? 0),
      callbacks,
      subscriptions: slots.events?.subscriptions.size ?? 0,
      queuedEvents: slots.events?.subscriptions.queued ?? 0,
      sendBufferBytes: connector.session?.sendBufferBytes ?? 0,
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
      const proxies = this.#sessions.parts.need("proxy", typeOrName);
      return proxies.create(this.#caller({ name: typeOrName, hash: "", members: [] }, options));
    }
    if (typeof typeOrName !== "function" || typeof typeOrName.service?.name !== "string") {
      throw new TypeError("client.service expects a class that rpc generate wrote, or a service's name");
    }
    const Generated = typeOrName;
    this.#sessions.take(Generated.service.parts);
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
    return this.#calls.outcome(description, method, key, {});
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
    const { current } = this.#sessions;
    if (this.#credentials === undefined)
      throw new TypeError("refreshCredentials has nothing to show: pass credentials to connect");
    this.#sessions.parts.need("refresh", "refreshCredentials");
    if (current === undefined)
      throw notExecuted("unavailable", "no session to refresh; the next begins with new credentials");
    await current.refresh?.refresh();
  }

  /**
   * Closes in order: what was sent is sent, the server is told, and what still waits is rejected. Safe to call twice.
   */
  async close(): Promise<void> {
    await this.#sessions.connector.close(new RpcError("cancelled", "the client was closed"));
    this.#logger.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Connects, and closes again when that fails. */
  [start](): Promise<void> {
    return this.#sessions.connector.start();
  }

  #caller(service: ServiceDescription, options: CallOptions): ServiceCaller {
    return createServiceCaller(service, this.#calls, {}).with(options);
  }

  #changed(state: ClientState, reason: Error | undefined): void {
    for (const listener of this.#stateListeners) {
      try {
        listener(state, reason);
      } catch (error) {
        this.#logger.error(
          `a listener of the client's state failed: ${error instanceof Error ? error.stack : String(error)}`,
        );
      }
    }
  }
}
