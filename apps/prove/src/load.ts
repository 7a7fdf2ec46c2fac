import { setImmediate as turn } from "node:timers/promises";
import { type Remote, RpcError } from "@rpc/core";
import type { Desk } from "./desk.js";

/** How one call of a load ended. */
export interface Ended {
  readonly key: string;
  readonly idempotent: boolean;
  /** Undefined when it succeeded. */
  readonly error: RpcError | undefined;
  readonly tookMs: number;
}

/** Keeps so many calls under way at a desk until stopped, and remembers how each ended. */
export class Load {
  readonly ended: Ended[] = [];
  made = 0;
  succeeded = 0;
  /** Answers that were not the right one, and rejections that were no `RpcError`. */
  readonly wrong: string[] = [];
  readonly #desk: Remote<Desk>;
  readonly #name: string;
  readonly #workers: Promise<void>[];
  #over = false;

  /** `name` tells its keys from those of other loads of the same server. */
  constructor(desk: Remote<Desk>, inFlight: number, name = "") {
    this.#desk = desk;
    this.#name = name;
    this.#workers = Array.from({ length: inFlight }, () => this.#work());
  }

  /** How long the slowest call took. */
  get slowestMs(): number {
    return this.ended.reduce((most, { tookMs }) => Math.max(most, tookMs), 0);
  }

  /** Makes no more calls; resolves when all have ended. */
  async stop(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#workers);
  }

  async #work(): Promise<void> {
    while (!this.#over) {
      await this.#call();
      // A call may fail at once, without a turn of the event loop in which it could become otherwise.
      await turn();
    }
  }

  async #call(): Promise<void> {
    const idempotent = Math.random() < 0.5;
    const key = `${this.#name}${idempotent ? "look" : "place"} ${++this.made}`;
    const workMs = Math.random() < 0.5 ? Math.floor(Math.random() * 10) : 0;
    const start = performance.now();
    try {
      const desk = this.#desk.$with({ idempotent });
      const answer = await (idempotent ? desk.look(key, workMs) : desk.place(key, workMs));
      if (answer !== `done ${key}`) this.wrong.push(`${key} got ${answer}`);
      this.succeeded += 1;
      this.ended.push({ key, idempotent, error: undefined, tookMs: performance.now() - start });
    } catch (error) {
      if (!RpcError.is(error)) this.wrong.push(`${key} failed with ${String(error)}`);
      this.ended.push({ key, idempotent, error: error as RpcError, tookMs: performance.now() - start });
    }
  }
}

/** A line for each call that failed. */
export function describeFailures(ended: readonly Ended[]): string[] {
  return ended.flatMap(({ key, error }) =>
    error === undefined ? [] : [`${key}: ${error.code} ${error.outcome} ${error.message}`],
  );
}
