import type { Clock } from "../clock.js";
import { isThenable } from "../is-thenable.js";
import type { RegisteredMethod } from "../service/registry.js";
import { Histogram } from "./histogram.js";
import { nameOfMethod } from "./refusal.js";

/** What a method did while somebody watched. Times are of its runs, waiting for its turn included. */
export interface MethodStats {
  /** `Service.method`. */
  readonly name: string;
  readonly calls: number;
  /** Those of them that threw. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

interface Measured {
  failed: number;
  readonly times: Histogram;
}

/** One watcher's measurements since it last took them. */
export class Measurements {
  #methods = new Map<RegisteredMethod, Measured>();

  add(method: RegisteredMethod, ms: number, failed: boolean): void {
    let measured = this.#methods.get(method);
    if (measured === undefined) {
      measured = { failed: 0, times: new Histogram() };
      this.#methods.set(method, measured);
    }
    measured.times.add(ms);
    if (failed) measured.failed += 1;
  }

  /** Gives what was measured, the busiest method first, and begins anew. */
  take(): MethodStats[] {
    const methods = this.#methods;
    this.#methods = new Map();
    return [...methods]
      .map(([method, { failed, times }]) => ({
        name: nameOfMethod(method),
        calls: times.count,
        failed,
        p50Ms: times.quantileMs(0.5),
        p99Ms: times.quantileMs(0.99),
        maxMs: times.maxMs,
      }))
      .sort((one, other) => other.calls - one.calls);
  }
}

/**
 * Counts the calls of a server, and measures them while somebody watches.
 *
 * Nobody watching, a call costs one addition and one look.
 */
export class CallMeter {
  /** Calls that reached their method since the server's start. */
  calls = 0;
  readonly #clock: Clock;
  readonly #watchers = new Map<Measurements, () => void>();
  readonly #refused = new Map<string, number>();
  /** Whether `measure` is worth its price. */
  watched = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls refused before they reached a method, by the code of their error. */
  get refused(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#refused);
  }

  /** A call was refused. */
  refuse(code: string): void {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1);
  }

  /** How many watch. */
  get watchers(): number {
    return this.#watchers.size;
  }

  /** `closed` is called when the server drains. */
  watch(measurements: Measurements, closed: () => void): void {
    this.#watchers.set(measurements, closed);
    this.watched = true;
  }

  unwatch(measurements: Measurements): void {
    this.#watchers.delete(measurements);
    this.watched = this.#watchers.size > 0;
  }

  /** Nobody watches any more: the server drains. */
  close(): void {
    for (const closed of [...this.#watchers.values()]) closed();
  }

  /** Runs a method and measures it. A stream is measured until its method has returned it. */
  measure(method: RegisteredMethod, run: () => unknown): unknown {
    const startedAt = this.#clock.now();
    const done = (failed: boolean) => {
      const ms = this.#clock.now() - startedAt;
      for (const measurements of this.#watchers.keys()) measurements.add(method, ms, failed);
    };
    let result: unknown;
    try {
      result = run();
    } catch (error) {
      done(true);
      throw error;
    }
    if (!isThenable(result)) {
      done(false);
      return result;
    }
    return Promise.resolve(result).then(
      (value: unknown) => {
        done(false);
        return value;
      },
      (error: unknown) => {
        done(true);
        throw error;
      },
    );
  }
}
