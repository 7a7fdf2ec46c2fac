/**
 * A value that is watched: each watcher gets what it is now, then the newest whenever it has changed. Nothing is queued:
 * who is slow misses what was replaced meanwhile.
 */
export class LatestValue<Value> {
  #value: Value;
  #version = 0;
  #ended = false;
  readonly #waiting = new Set<() => void>();

  constructor(value: Value) {
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  set(value: Value): void {
    if (this.#ended) return;
    this.#value = value;
    this.#version += 1;
    this.#tell();
  }

  /** The value is the last: watchers get it, if they have not, and end. */
  end(): void {
    this.#ended = true;
    this.#tell();
  }

  /** Leaving the loop, or `return`, ends it at once, also while it waits. */
  watch(): AsyncIterable<Value> {
    return { [Symbol.asyncIterator]: () => this.#iterate() };
  }

  #iterate(): AsyncIterator<Value, undefined> {
    let seen = -1;
    let left = false;
    let wake: (() => void) | undefined;
    return {
      next: async () => {
        while (!left && seen === this.#version && !this.#ended) {
          await new Promise<void>((resolve) => {
            wake = resolve;
            this.#waiting.add(resolve);
          });
        }
        if (left || seen === this.#version) return { done: true, value: undefined };
        seen = this.#version;
        return { done: false, value: this.#value };
      },
      return: async () => {
        left = true;
        if (wake !== undefined) this.#waiting.delete(wake);
        wake?.();
        return { done: true, value: undefined };
      },
    };
  }

  #tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
