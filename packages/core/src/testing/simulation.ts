import type { Client } from "../client/client.js";
import type { ClientOptions } from "../client/client-options.js";
import { connect } from "../client/connect.js";
import type { ServeOptions } from "../server/serve-options.js";
import { type Server, serve } from "../server/server.js";
import { type Safety, without } from "../session/safeties.js";
import { SeededRandom } from "./seeded-random.js";
import { SimulatedNetwork } from "./simulated-network.js";
import { VirtualClock } from "./virtual-clock.js";

export interface SimulationOptions {
  /** Takes one safety of all sessions away: shows that your checks would notice. */
  readonly without?: Safety | undefined;
}

/**
 * A whole system in one thread, with a virtual clock and a seed: servers, clients, and links that fail.
 *
 * The same seed gives the same run, so a failing one replays. Write your own services and what must hold for them;
 * `run` drives the clock until your scenario has ended.
 */
export class Simulation {
  readonly seed: number;
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly network: SimulatedNetwork;

  readonly #without: { readonly [without]: Safety | undefined };

  constructor(seed: number, options: SimulationOptions = {}) {
    this.#without = { [without]: options.without };
    this.seed = seed;
    this.random = new SeededRandom(seed);
    this.network = new SimulatedNetwork({ clock: this.clock, random: new SeededRandom(seed ^ 0x5eed) });
  }

  /** Serves on the simulated network; `listen` is a URL such as `sim:server`. */
  serve(
    services: readonly object[],
    options: Partial<ServeOptions> & Pick<ServeOptions, "listen">,
  ): Promise<Server> {
    return serve(services, {
      transports: [this.network],
      clock: this.clock,
      random: this.random,
      ...this.#without,
      ...options,
    });
  }

  /** Connects on the simulated network. */
  connect(url: string, options: Partial<ClientOptions> = {}): Promise<Client> {
    return connect(url, {
      transports: [this.network],
      clock: this.clock,
      random: this.random,
      ...this.#without,
      ...options,
    });
  }

  /** Resolves after `ms` of virtual time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.timer(ms, resolve);
    });
  }

  /**
   * Runs `scenario`, letting time pass whenever everything waits.
   *
   * Rejects with its error, the seed in front; also when nothing is left that could happen and it has not ended, or
   * when `maxMs` (an hour of virtual time) is over.
   */
  async run<Result>(scenario: (simulation: this) => Promise<Result>, maxMs = 3_600_000): Promise<Result> {
    let ended: { value: Result } | { error: unknown } | undefined;
    scenario(this).then(
      (value) => {
        ended = { value };
      },
      (error: unknown) => {
        ended = { error };
      },
    );
    await this.clock.settle();
    while (ended === undefined) {
      if (this.clock.now() > maxMs)
        throw this.#failed(new Error(`not over after ${maxMs} ms of virtual time`));
      if (!(await this.clock.step()))
        throw this.#failed(new Error("it waits for something that never comes"));
    }
    if ("error" in ended) throw this.#failed(ended.error);
    return ended.value;
  }

  #failed(error: unknown): Error {
    const message = error instanceof Error ? error.message : String(error);
    return new Error(`seed ${this.seed} at ${this.clock.now().toFixed(1)} ms: ${message}`, { cause: error });
  }
}
