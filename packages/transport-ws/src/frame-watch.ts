const finBit = 0x80;
const maskBit = 0x80;
const opcodeBits = 0x0f;
const lengthBits = 0x7f;
const firstControlOpcode = 8;
const maskBytes = 4;

/**
 * Follows the frames of a WebSocket by their headers, as the bytes pass.
 *
 * The `ws` package holds one limit for all connections of a server, and tells of a message when it is whole. Here each
 * connection learns how large a message is when its header comes, and whether one is under way.
 */
export class FrameWatch {
  readonly #header = new Uint8Array(14);
  #headerRead = 0;
  /** Bytes of the frame's payload that are still to come. */
  #left = 0;
  #final = true;
  #control = false;
  /** Bytes that the frames of this message claim, and those of them that came. */
  #claimed = 0;
  #came = 0;
  /** A message has begun and its last frame has not. */
  #open = false;

  /** Part of a message or frame has come, and its rest has not. */
  get incomplete(): boolean {
    return this.#open || this.#headerRead > 0 || this.#left > 0;
  }

  /** Size of the message under way, as far as its headers tell. 0 between messages. */
  get claimedBytes(): number {
    return this.#claimed;
  }

  /** How much of the message under way has come, for error messages. */
  get progress(): string {
    return `${this.#came} of ${this.#claimed} bytes`;
  }

  /** Follows the next bytes of the stream. */
  push(chunk: Uint8Array): void {
    let position = 0;
    while (position < chunk.length) {
      if (this.#left > 0) {
        const passed = Math.min(this.#left, chunk.length - position);
        position += passed;
        this.#left -= passed;
        if (!this.#control) this.#came += passed;
        if (this.#left === 0) this.#finish();
      } else {
        this.#header[this.#headerRead++] = chunk[position++] as number;
        if (this.#headerRead >= 2 && this.#headerRead === this.#headerBytes()) this.#begin();
      }
    }
  }

  #headerBytes(): number {
    const second = this.#header[1] as number;
    const mask = (second & maskBit) === 0 ? 0 : maskBytes;
    const length = second & lengthBits;
    if (length === 127) return 10 + mask;
    return (length === 126 ? 4 : 2) + mask;
  }

  #begin(): void {
    const [first = 0] = this.#header;
    const bytes = this.#payloadBytes();
    this.#headerRead = 0;
    this.#final = (first & finBit) !== 0;
    this.#control = (first & opcodeBits) >= firstControlOpcode;
    if (!this.#control) {
      this.#open = true;
      this.#claimed += bytes;
    }
    this.#left = bytes;
    if (this.#left === 0) this.#finish();
  }

  #payloadBytes(): number {
    const view = new DataView(this.#header.buffer);
    const length = (this.#header[1] as number) & lengthBits;
    if (length === 127) return Number(view.getBigUint64(2));
    return length === 126 ? view.getUint16(2) : length;
  }

  #finish(): void {
    if (this.#control || !this.#final) return;
    this.#open = false;
    this.#claimed = 0;
    this.#came = 0;
  }
}
