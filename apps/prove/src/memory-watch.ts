import { collectGarbage } from "./collect-garbage.js";

/** Watches how far the memory of this process (RSS) grows above where it was, while work goes on. */
export class MemoryWatch {
  readonly #base: number;
  readonly #timer: NodeJS.Timeout;
  #most: number;

  /** Begins now: the process has warmed up. */
  constructor() {
    collectGarbage();
    this.#base = process.memoryUsage.rss();
    this.#most = this.#base;
    this.#timer = setInterval(() => this.#look(), 100).unref();
  }

  /** MiB above the base at the highest moment so far. */
  get grownMiB(): number {
    this.#look();
    return (this.#most - this.#base) / 2 ** 20;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#most = Math.max(this.#most, process.memoryUsage.rss());
  }
}
