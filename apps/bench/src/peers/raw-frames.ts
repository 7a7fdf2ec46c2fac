/** Finds messages of four bytes of length and a body in what a socket reads, copying only what is cut. */
export class RawFrames {
  readonly #receive: (body: Buffer) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #wanted = 4;

  constructor(receive: (body: Buffer) => void) {
    this.#receive = receive;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#wanted) return;
    let whole = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    for (;;) {
      this.#wanted = whole.length < 4 ? 4 : 4 + whole.readUInt32BE();
      if (whole.length < this.#wanted) break;
      this.#receive(whole.subarray(4, this.#wanted));
      whole = whole.subarray(this.#wanted);
    }
    this.#chunks = whole.length === 0 ? [] : [whole];
    this.#bytes = whole.length;
  }
}
