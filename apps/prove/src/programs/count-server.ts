/** Serves a ledger that counts how often each call ran. */
import { expose, type Limits, serve, service } from "@rpc/core";
import { answerParent } from "../answer-parent.js";
import { MemoryWatch } from "../memory-watch.js";
import { createTransport, type Scheme } from "../transports.js";

export interface CountServerOptions {
  readonly scheme: Scheme;
  /** Highest key that will be entered. */
  readonly keys: number;
  readonly limits?: Partial<Limits>;
}

/** What ran. */
export interface Executions {
  /** Keys that ran. */
  readonly ran: number;
  /** Keys that ran more than once. */
  readonly doubled: number;
  readonly grownMiB: number;
}

@service("Ledger")
export class Ledger {
  readonly #executions: Uint8Array;

  constructor(keys: number) {
    this.#executions = new Uint8Array(keys + 1);
  }

  @expose()
  enter(key: number): number {
    this.#executions[key] = (this.#executions[key] ?? 0) + 1;
    return key * 2;
  }

  count(): Omit<Executions, "grownMiB"> {
    let ran = 0;
    let doubled = 0;
    for (const times of this.#executions) {
      if (times > 0) ran += 1;
      if (times > 1) doubled += 1;
    }
    return { ran, doubled };
  }
}

let ledger: Ledger;
let memory: MemoryWatch | undefined;

answerParent({
  async start({ scheme, keys, limits = {} }: CountServerOptions): Promise<string> {
    ledger = new Ledger(keys);
    const server = await serve([ledger], {
      transports: [createTransport(scheme)],
      listen: `${scheme}://127.0.0.1:0`,
      limits,
    });
    return server.urls[0]!;
  },
  warm() {
    memory = new MemoryWatch();
  },
  count: (): Executions => ({ ...ledger.count(), grownMiB: memory?.grownMiB ?? 0 }),
});
