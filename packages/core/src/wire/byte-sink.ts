/** A growing block of bytes that frames are written into, back to back. */
export class ByteSink {
  bytes: Uint8Array;
  view: DataView;
  /** Where the next byte goes. */
  position = 0;
  /** Bytes before it are done with, and are not moved along when the block grows. */
  #begin = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** What was written so far stays where it is; who needs it keeps the bytes. */
  begin(): void {
    this.#begin = this.position;
  }

  /** Begins again at the first byte. */
  rewind(): void {
    this.position = 0;
    this.#begin = 0;
  }

  /** Makes room for `count` more bytes; `bytes` and `view` may be new ones afterwards. */
  reserve(count: number): void {
    const needed = this.position + count;
    if (needed > this.bytes.length) this.#grow(needed);
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(this.#begin, this.position), this.#begin);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}
