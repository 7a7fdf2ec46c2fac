const blockBytes = 64 * 1024;

/** Messages of one turn of the event loop back to back, a length before each, handed on as one block. */
export class TurnBuffer {
  readonly #leave: (block: Buffer) => void;
  #block: Buffer | undefined;
  #used = 0;

  constructor(leave: (block: Buffer) => void) {
    this.#leave = leave;
  }

  add(parts: readonly Uint8Array[]): void {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (this.#block === undefined) process.nextTick(() => this.#flush());
    else if (this.#used + 4 + length > this.#block.length) this.#flush();
    this.#block ??= Buffer.allocUnsafe(Math.max(blockBytes, 4 + length));
    this.#used = this.#block.writeUInt32BE(length, this.#used);
    for (const part of parts) {
      this.#block.set(part, this.#used);
      this.#used += part.length;
    }
  }

  #flush(): void {
    if (this.#block === undefined) return;
    const block = this.#block.subarray(0, this.#used);
    this.#block = undefined;
    this.#used = 0;
    this.#leave(block);
  }
}
