import type { AmbientContext } from "../ambient-context.js";
import type { CallContext } from "../call.js";
import { describeFailure, type FailureReport } from "../failure.js";
import { type Interceptor, intercept } from "../interceptor.js";
import type { RegisteredMethod } from "../service/registry.js";
import type { ErrorBody } from "../wire/frame.js";
import type { CallMeter } from "./call-meter.js";
import { nameOfMethod } from "./refusal.js";
import { type RunningCall, runMethod } from "./running-calls.js";
import type { SerialQueues } from "./serial-queues.js";

export interface MethodRunnerOptions {
  readonly interceptors: readonly Interceptor<CallContext>[];
  readonly failures: FailureReport;
  readonly serial: SerialQueues;
  readonly meter: CallMeter;
  readonly ambientContext: AmbientContext | undefined;
}

/** Runs methods: in their turn, inside the ambient context, through the interceptors. */
export class MethodRunner {
  readonly #options: MethodRunnerOptions;

  constructor(options: MethodRunnerOptions) {
    this.#options = options;
  }

  /** Whether running a method is calling it with its arguments, and nothing around it. */
  isBare({ plain }: RegisteredMethod): boolean {
    const { interceptors, ambientContext, meter } = this.#options;
    return plain === true && !meter.watched && interceptors.length === 0 && ambientContext === undefined;
  }

  /** What a bare method returns; throws what it throws. */
  runBare(method: RegisteredMethod, args: readonly unknown[]): unknown {
    this.#options.meter.calls += 1;
    return method.run(args);
  }

  /** What the method returns; throws what it throws. */
  run(method: RegisteredMethod, call: RunningCall): unknown {
    const { meter } = this.#options;
    meter.calls += 1;
    return meter.watched ? meter.measure(method, () => this.#run(method, call)) : this.#run(method, call);
  }

  #run(method: RegisteredMethod, call: RunningCall): unknown {
    const { serial, ambientContext } = this.#options;
    if (method.options.serial === undefined && ambientContext === undefined) return this.#reach(method, call);
    const reach = () => this.within(call, () => this.#reach(method, call));
    return method.options.serial === undefined ? reach() : serial.run(method, call, reach);
  }

  /** Runs more of what a call does, such as the generator that it answered with, inside the ambient context. */
  within<Result>(call: RunningCall, run: () => Result): Result {
    const { ambientContext } = this.#options;
    return ambientContext === undefined ? run() : ambientContext.run(call, run);
  }

  /** What the caller learns of something that a run threw. */
  describe(method: RegisteredMethod, call: RunningCall, error: unknown): ErrorBody {
    const outcome = call.started ? "executed" : "not-executed";
    return describeFailure(nameOfMethod(method), error, method.throws, this.#options.failures, outcome);
  }

  #reach(method: RegisteredMethod, call: RunningCall): unknown {
    const { interceptors } = this.#options;
    if (interceptors.length === 0) return runMethod(method, call, call.args);
    return intercept(interceptors, async (seen) => runMethod(method, call, seen.args))(call);
  }
}
