import type { Clock } from "../clock.js";

/** Who has something to do at the end of this turn. */
export interface TurnEnding {
  /** Must not throw. */
  flush(): void;
}

/** The end of this turn of the event loop, for all sessions of a server or client: one callback for what they all wrote. */
export class TurnEnd {
  readonly #clock: Clock;
  readonly #ended = (): void => this.#end();
  #waiting: TurnEnding[] = [];
  #spare: TurnEnding[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Flushes it when this turn ends. */
  add(ending: TurnEnding): void {
    if (this.#waiting.push(ending) === 1) this.#clock.soon(this.#ended);
  }

  // What is added meanwhile waits for an end of its own.
  #end(): void {
    const ending = this.#waiting;
    this.#waiting = this.#spare;
    for (const each of ending) each.flush();
    ending.length = 0;
    this.#spare = ending;
  }
}
