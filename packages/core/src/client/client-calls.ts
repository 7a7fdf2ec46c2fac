import type { AmbientContext } from "../ambient-context.js";
import { type Call, type CallContext, type CallOptions, noMetadata } from "../call.js";
import type { RpcError } from "../errors.js";
import { type Interceptor, intercept } from "../interceptor.js";
import type { ServiceDescription } from "../service-caller.js";
import type { CallOutcome } from "./call-outcome.js";
import type { Answer, CallExtent } from "./call-parts.js";
import type { Calling } from "./caller.js";
import { refuseMetadata } from "./check-call-options.js";
import { checkTimeout } from "./client-options.js";
import type { ClientSessions } from "./client-sessions.js";
import { isPassed } from "./is-passed.js";
import { notExecuted } from "./not-executed.js";
import { OutgoingCall } from "./outgoing-call.js";
import type { Subscription } from "./remote-event.js";
import type { RemoteStream } from "./remote-stream.js";
import { sendAbortable } from "./send-abortable.js";
import type { SubscribeArgs } from "./subscribe-request.js";

/** How a client makes its calls: each gets its deadline, and goes through interceptors if there are any. */
export class ClientCalls implements Calling {
  readonly #sessions: ClientSessions;
  readonly #interceptors: readonly Interceptor[];
  readonly #ambient: AmbientContext | undefined;

  constructor(sessions: ClientSessions, interceptors: readonly Interceptor[] = [], ambient?: AmbientContext) {
    this.#sessions = sessions;
    this.#interceptors = interceptors;
    this.#ambient = ambient;
  }

  call(
    service: ServiceDescription,
    method: string,
    args: readonly unknown[],
    options: CallOptions,
    answer: Answer = "reply",
  ): Promise<unknown> {
    const context = options.context ?? this.#ambient?.current();
    if (context !== undefined) return this.#callWithin(context, service, method, args, options, answer);
    return this.#callFor(this.#timeoutMs(options), service, method, args, options, answer);
  }

  // It is part of the call that it was asked for in, wherever it is iterated.
  stream(
    service: ServiceDescription,
    method: string,
    args: readonly unknown[],
    options: CallOptions,
  ): RemoteStream<unknown> {
    const name = `${service.name}.${method}`;
    const context = options.context ?? this.#ambient?.current();
    return this.#sessions.parts
      .need("streams", name)
      .open(name, context === undefined ? options : { ...options, context }, (answer, given) =>
        this.call(service, method, args, given, answer),
      );
  }

  oneway(
    service: ServiceDescription,
    method: string,
    args: readonly unknown[],
    options: CallOptions,
  ): Promise<unknown> {
    return this.call(service, method, args, options, "oneway");
  }

  async outcome(
    service: ServiceDescription,
    method: string,
    key: string,
    options: CallOptions,
  ): Promise<CallOutcome> {
    const name = `the outcome of ${service.name}.${method}`;
    this.#refuseClosed(name);
    const deadline = this.#sessions.clock.now() + this.#timeoutMs(options);
    return this.#sessions.parts.need("outcomes", name).ask(service, method, key, deadline);
  }

  async subscribe(
    service: ServiceDescription,
    event: string,
    args: SubscribeArgs,
  ): Promise<Subscription<unknown>> {
    const name = `${service.name}.${event}`;
    this.#refuseClosed(name);
    return this.#sessions.parts.need("events", name).subscribe(service, event, args);
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
    const name = `${service.name}.${method}`;
    const nesting = this.#sessions.parts.need("nesting", name);
    const { timeoutMs, ...inherited } = nesting.inherit(options, context, this.#timeoutMs(options));
    if (timeoutMs > 0) return this.#callFor(timeoutMs, service, method, args, inherited, answer);
    const why = `${name}: the deadline of ${context.service}.${context.method}, which calls it, has passed`;
    return Promise.reject(notExecuted("deadline_exceeded", why));
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
    return new Promise((resolve, reject) => {
      if (this.#sessions.connector.state === "closed") throw closed(nameOf(call));
      const calls =
        answer === "oneway" ? this.#sessions.parts.need("oneway", nameOf(call)) : this.#sessions.calls;
      const extent = this.#extentOf(call, answer);
      const create = (settle: (value: unknown) => void, fail: (error: RpcError) => void) =>
        new OutgoingCall(service, call, deadline, options, settle, fail, extent);
      if (options.signal === undefined) calls.add(create(resolve, reject));
      else sendAbortable(options.signal, call, calls, resolve, reject, create);
    });
  }

  // Asked of every call.
  #extentOf(call: Call, answer: Answer): CallExtent | undefined {
    const { parts, slots } = this.#sessions;
    if (typeof answer !== "string" || isPassed(call.args))
      return parts.need("streams", nameOf(call)).extentOf(nameOf(call), call.args, answer);
    return answer === "oneway" ? slots.oneway?.extent : undefined;
  }

  #timeoutMs({ timeoutMs }: CallOptions): number {
    return timeoutMs === undefined ? this.#sessions.timeoutMs : checkTimeout("timeoutMs", timeoutMs);
  }

  // Calls of one turn share a reading of the clock, which costs a twentieth of a call.
  #now(): number {
    const { current, clock } = this.#sessions;
    return current === undefined ? clock.now() : current.session.turnTime;
  }

  #refuseClosed(name: string): void {
    if (this.#sessions.connector.state === "closed") throw closed(name);
  }
}

function nameOf(call: Call): string {
  return `${call.service}.${call.method}`;
}

function closed(name: string): RpcError {
  return notExecuted("unavailable", `${name}: the client is closed`);
}
