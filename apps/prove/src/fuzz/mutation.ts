import type { SeededRandom } from "@rpc/core/testing";

/** Bytes of a packet's header, and of a frame's: its type and the length of its body. */
export const headerBytes = 13;
const frameHeadBytes = 5;

const heads = [
  0x00, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x9f, 0xa0, 0xa1, 0xbf, 0xc0, 0xc1, 0xc2, 0xc4, 0xc5, 0xc6, 0xc7,
  0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcf, 0xd0, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xdb, 0xdc, 0xdd, 0xde,
  0xdf, 0xe0, 0xff,
];
const numbers = [0, 1, 2, 31, 32, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const types = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x20, 0x21, 0x22, 0x28,
  0x29, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x00, 0x7f,
];

/**
 * Changes packets as somebody would who knows how they are made: headers, frames, lengths, ids and values, so that most
 * of what comes out gets past the first check.
 */
export class Mutation {
  readonly #random: SeededRandom;
  readonly #corpus: readonly Uint8Array[];

  /** `corpus` is where frames of others are taken from. */
  constructor(random: SeededRandom, corpus: readonly Uint8Array[]) {
    this.#random = random;
    this.#corpus = corpus;
  }

  /** A changed copy. */
  of(packet: Uint8Array): Uint8Array {
    let bytes: Uint8Array = packet.slice();
    for (let changes = this.#random.whole(1, 3); changes > 0; changes--) bytes = this.#change(bytes);
    return bytes;
  }

  #change(bytes: Uint8Array): Uint8Array {
    const random = this.#random;
    const choice = random.whole(0, 11);
    if (choice <= 4 || bytes.length <= headerBytes) return this.#changeBytes(bytes, choice);
    const frames = framesOf(bytes);
    const at = random.whole(0, frames.length - 1);
    const frame = frames[at]!;
    if (choice === 5) frames.splice(at, 0, frame);
    else if (choice === 6) frames.splice(at, 1);
    else if (choice === 7) frames.splice(at, 1, this.#foreign());
    else if (choice === 8) frames.splice(at, 0, this.#foreign());
    else if (choice === 9) frames[at] = withType(frame, random.pick(types));
    else frames[at] = withLength(this.#changeBody(frame));
    return joined([bytes.subarray(0, headerBytes), ...frames]);
  }

  #changeBytes(bytes: Uint8Array, choice: number): Uint8Array {
    const random = this.#random;
    if (bytes.length === 0) return Uint8Array.of(random.whole(0, 255));
    const at = random.whole(0, bytes.length - 1);
    if (choice === 0) bytes[at]! ^= 1 << random.whole(0, 7);
    else if (choice === 1) bytes[at] = random.pick(heads);
    else if (choice === 2) return bytes.slice(0, at);
    else if (choice === 3) writeUint32(bytes, at, random.pick(numbers));
    else bytes[random.whole(0, Math.min(headerBytes, bytes.length) - 1)] = random.whole(0, 255);
    return bytes;
  }

  // Inside one frame, whose length is made right afterwards: what is checked next is its body.
  #changeBody(frame: Uint8Array): Uint8Array {
    const random = this.#random;
    if (frame.length <= frameHeadBytes) return frame;
    const at = random.whole(frameHeadBytes, frame.length - 1);
    const choice = random.whole(0, 4);
    const copy = frame.slice();
    if (choice === 0) copy[at] = random.pick(heads);
    else if (choice === 1) writeUint32(copy, at, random.pick(numbers));
    else if (choice === 2) return joined([frame.subarray(0, at), frame.subarray(at + random.whole(1, 4))]);
    else if (choice === 3) return joined([frame.subarray(0, at), this.#piece(), frame.subarray(at)]);
    else copy[at] = random.whole(0, 255);
    return copy;
  }

  /** A piece of another packet: often a whole value. */
  #piece(): Uint8Array {
    const other = this.#random.pick(this.#corpus);
    const at = this.#random.whole(0, other.length - 1);
    return other.subarray(at, at + this.#random.whole(1, 40));
  }

  #foreign(): Uint8Array {
    const frames = framesOf(this.#random.pick(this.#corpus));
    return frames.length === 0 ? Uint8Array.of(0x04, 0, 0, 0, 1, 0) : this.#random.pick(frames);
  }
}

/** Frames of a packet that may be broken: the rest is a frame, too. */
function framesOf(packet: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = headerBytes; at < packet.length; ) {
    const left = packet.length - at;
    const length = left < frameHeadBytes ? left : frameHeadBytes + readUint32(packet, at + 1);
    frames.push(packet.subarray(at, at + length));
    at += length;
  }
  return frames;
}

function withType(frame: Uint8Array, type: number): Uint8Array {
  const copy = frame.slice();
  copy[0] = type;
  return copy;
}

function withLength(frame: Uint8Array): Uint8Array {
  if (frame.length < frameHeadBytes) return frame;
  const copy = frame.slice();
  writeUint32(copy, 1, frame.length - frameHeadBytes);
  return copy;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at);
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  for (let index = 0; index < 4 && at + index < bytes.length; index++)
    bytes[at + index] = value >>> (24 - 8 * index);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
