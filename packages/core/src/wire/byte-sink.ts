/** A growing block of bytes that frames are written into, back to back. */
export class ByteSink {
  bytes: Uint8Array;
  view: DataView;
  /** Where the next byte goes. */
  position = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` more bytes; `bytes` and `view` may be new ones afterwards. */
  reserve(count: number): void {
    const needed = this.position + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.position));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}
