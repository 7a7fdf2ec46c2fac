import { type Clock, later, type Timer } from "../clock.js";

/** Frames that come and go without a look at the clock. */
const freeFrames = 64;
/** Most frames of one turn: some milliseconds of refusals, pings or small calls. */
const maxFrames = 2048;
/** Longest turn, as far as frames can be told apart: a method that runs on cannot be interrupted. */
const maxMs = 8;

/** Whose turns these are. */
export interface TurnTaker {
  /** The next turn begins. */
  continue(): void;
}

/**
 * How much one connection may do before the others have their turn.
 *
 * A socket is read up to two megabytes at a time, and a packet may hold a hundred thousand calls: without this, one peer's
 * packets would keep everybody else's waiting. It costs a count a frame, and nothing more for who sends little.
 */
export class ReadTurn {
  readonly #clock: Clock;
  readonly #of: TurnTaker;
  #frames = 0;
  #began = 0;
  #next: Timer | undefined;
  #over = false;

  /** `of` continues in a later turn, once after each that was over. */
  constructor(clock: Clock, of: TurnTaker) {
    this.#clock = clock;
    this.#of = of;
  }

  /** Counts a frame that was handed up. True: no more in this turn. */
  spend(): boolean {
    this.#frames += 1;
    return this.#frames > freeFrames && this.#look();
  }

  /** No turn comes any more. Safe to call twice. */
  stop(): void {
    this.#next?.clear();
    this.#next = undefined;
    this.#over = false;
    this.#frames = 0;
  }

  #look(): boolean {
    if (this.#next === undefined) {
      // Since when it counts is told by this: what is left of the budget is given back when the next turn begins.
      this.#began = this.#clock.now();
      this.#next = later(this.#clock, () => this.#begin());
    } else if (this.#frames >= maxFrames) this.#over = true;
    else if (this.#frames % 16 === 0) this.#over = this.#clock.now() - this.#began >= maxMs;
    return this.#over;
  }

  #begin(): void {
    const wasOver = this.#over;
    this.stop();
    if (wasOver) this.#of.continue();
  }
}
