import type { CallContext, Caller, CallOptions, Metadata } from "../call.js";
import type { Clock, Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import type { RegisteredMethod } from "../service/registry.js";
import type { Peer } from "../transport.js";
import { serialChain } from "./serial-queues.js";

/** Who calls, and over what: the same for all calls of a session. */
export interface ConnectedCaller extends Caller {
  readonly peer: Peer | undefined;
}

/** A call whose method runs. It is also the context that the method may ask for. */
export class RunningCall implements CallContext {
  readonly callId: number;
  readonly service: string;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly metadata: Metadata;
  #deadline: number;
  /** What is still to do when nobody waits any more, before or instead of the handler's own way to stop. */
  left: ((reason: RpcError) => void) | undefined;
  /** Whether the method itself was reached. */
  started = false;
  readonly #clock: Clock;
  readonly #caller: ConnectedCaller;
  #turns: readonly string[] | undefined;
  #controller: AbortController | undefined;
  #aborted: RpcError | undefined;

  constructor(
    callId: number,
    method: RegisteredMethod,
    args: readonly unknown[],
    deadline: number,
    metadata: Metadata,
    clock: Clock,
    caller: ConnectedCaller,
  ) {
    this.callId = callId;
    this.service = method.service;
    this.method = method.name;
    this.args = args;
    this.metadata = metadata;
    this.#deadline = deadline;
    this.#clock = clock;
    this.#caller = caller;
  }

  get deadline(): number {
    return this.#deadline;
  }

  get timeLeftMs(): number {
    return Math.max(0, this.deadline - this.#clock.now());
  }

  // Made on first read: most methods never look at it, and an AbortController costs more than the rest of the call.
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  /** Why nobody waits any more; undefined while somebody does. */
  get aborted(): RpcError | undefined {
    return this.#aborted;
  }

  get sessionId(): string | undefined {
    return this.#caller.sessionId;
  }

  get identity(): unknown {
    return this.#caller.identity;
  }

  get peer(): Peer | undefined {
    return this.#caller.peer;
  }

  with<Target>(target: { $with(options: CallOptions): Target }): Target;
  with<Args extends readonly unknown[], Result>(
    callback: (...args: Args) => Result,
  ): (...args: Args) => Result;
  // biome-ignore lint/suspicious/noExplicitAny: one body for services, clients and functions of every signature
  with(target: any): any {
    if (typeof target?.$with === "function") return target.$with({ context: this });
    throw new TypeError(
      `${this.service}.${this.method}: context.with expects a service, a client, or a function that its caller passed`,
    );
  }

  /** The turns of serial methods that this call runs in or was made from. */
  get turns(): readonly string[] {
    if (this.#turns !== undefined) return this.#turns;
    return Object.hasOwn(this.metadata, serialChain) ? this.metadata[serialChain]!.split(" ") : [];
  }

  set turns(turns: readonly string[]) {
    this.#turns = turns;
  }

  get nestedMetadata(): Metadata {
    const { turns } = this;
    return turns.length === 0 ? {} : { [serialChain]: turns.join(" ") };
  }

  /** Nobody waits any more. Only the first reason counts. */
  abort(reason: RpcError): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = reason;
    this.#controller?.abort(reason);
    this.left?.(reason);
  }

  /** Somebody waits for it longer than those before. */
  extend(deadline: number): void {
    this.#deadline = Math.max(this.#deadline, deadline);
  }
}

/** Runs a method, with its context in front of the arguments if it asked for that. */
export function runMethod(method: RegisteredMethod, context: RunningCall, args: readonly unknown[]): unknown {
  const parsed = method.parse === undefined ? args : method.parse(args);
  if (!(parsed instanceof Promise)) return startMethod(method, context, parsed);
  return parsed.then((late) => {
    // Its caller may have given up while schemas looked something up.
    if (context.aborted !== undefined) throw context.aborted;
    return startMethod(method, context, late);
  });
}

function startMethod(method: RegisteredMethod, context: RunningCall, args: readonly unknown[]): unknown {
  context.started = true;
  return method.run(method.options.context === true ? [context, ...args] : args);
}

/** How many calls run for all sessions of a server, those included that are over: a method outlives its session. */
export class RunningCount {
  value = 0;
}

/** The calls that run for one session. A call leaves when its method has settled, not when its caller gave up. */
export class RunningCalls {
  readonly #clock: Clock;
  readonly #inAll: RunningCount;
  /** Made by the first call that does not answer at once. */
  #calls: Map<number, RunningCall> | undefined;
  #timer: Timer | undefined;
  #nextSweep = Infinity;

  constructor(clock: Clock, inAll: RunningCount) {
    this.#clock = clock;
    this.#inAll = inAll;
  }

  get size(): number {
    return this.#calls?.size ?? 0;
  }

  has(id: number): boolean {
    return this.#calls?.has(id) === true;
  }

  add(call: RunningCall): void {
    this.#calls ??= new Map();
    this.#calls.set(call.callId, call);
    this.#inAll.value += 1;
    this.#sweepBy(call.deadline);
  }

  delete(id: number): void {
    // The timer stays: clearing and setting it anew costs more than a look that finds nothing.
    if (this.#calls?.delete(id) === true) this.#inAll.value -= 1;
  }

  /** Its caller gave up. A cancel may cross the reply on the wire: then there is nothing to do. */
  cancel(id: number): void {
    const call = this.#calls?.get(id);
    call?.abort(new RpcError("cancelled", `${call.service}.${call.method}: cancelled by its caller`));
  }

  /** The session is over: no deadline is watched any more. */
  abortAll(reason: RpcError): void {
    this.#timer?.clear();
    this.#nextSweep = Infinity;
    for (const call of [...(this.#calls?.values() ?? [])]) call.abort(reason);
  }

  // One timer for all deadlines, set to the earliest.
  #sweepBy(deadline: number): void {
    if (deadline >= this.#nextSweep) return;
    this.#timer?.clear();
    this.#nextSweep = deadline;
    this.#timer = this.#clock.timer(deadline - this.#clock.now(), () => this.#sweep());
  }

  #sweep(): void {
    const now = this.#clock.now();
    let next = Infinity;
    this.#nextSweep = Infinity;
    for (const call of [...(this.#calls?.values() ?? [])]) {
      if (call.deadline > now) next = Math.min(next, call.deadline);
      else
        call.abort(new RpcError("deadline_exceeded", `${call.service}.${call.method}: its deadline passed`));
    }
    this.#sweepBy(next);
  }
}
