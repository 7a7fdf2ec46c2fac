/**
 * Packets in a byte stream: each is led by its length, an unsigned 32-bit number, big-endian.
 */

/** Bytes of the length in front of a packet. */
export const prefixBytes = 4;

const largestPacket = 2 ** 32 - 1;
const nothing = new Uint8Array(0);

// The memory for a packet in pieces is at most this many times what came of it: a claimed length costs its sender bytes,
// and a megabyte that comes in pieces of 64 KiB is moved twice only.
const growth = 4;
const smallestAssembly = 4096;

/**
 * Returns `packet` with its length in front, ready to be written.
 *
 * The length goes into the packet's headroom, without a copy. A packet that has none is copied.
 * Throws `RangeError` for a length that cannot be told.
 */
export function framePacket(packet: Uint8Array): Buffer {
  const size = packet.byteLength;
  if (size === 0 || size > largestPacket) {
    throw new RangeError(`packet of ${size} bytes cannot be sent; expected 1 to ${largestPacket}`);
  }
  const framed =
    packet.byteOffset < prefixBytes
      ? copyBehindPrefix(packet)
      : Buffer.from(packet.buffer, packet.byteOffset - prefixBytes, prefixBytes + size);
  framed[0] = size >>> 24;
  framed[1] = size >>> 16;
  framed[2] = size >>> 8;
  framed[3] = size;
  return framed;
}

/**
 * Finds packets in chunks of a byte stream.
 *
 * Feed it with `push`, then take packets with `next` until there is none. A packet that lies whole in its chunk is a view
 * of the chunk; one that came in pieces is a view of memory that the following packets use again.
 */
export class PacketDecoder {
  #chunk: Uint8Array = nothing;
  #position = 0;
  #prefixRead = 0;
  #prefix = 0;
  /** Length of the packet that has begun; 0 between packets. */
  #size = 0;
  #assembly: Uint8Array = nothing;
  #assembled = 0;

  /** Part of a packet has come, and its rest has not. */
  get incomplete(): boolean {
    return this.#prefixRead > 0 || this.#size > 0;
  }

  /** How much of the incomplete packet has come, for error messages. */
  get progress(): string {
    if (this.#size === 0) return `${this.#prefixRead} of ${prefixBytes} bytes of its length`;
    return `${this.#assembled} of ${this.#size} bytes`;
  }

  /** Bytes of memory held for packets in pieces. */
  get heldBytes(): number {
    return this.#assembly.length;
  }

  /** Takes the next chunk. Only when `next` has nothing left: one chunk is held, never two. */
  push(chunk: Uint8Array): void {
    if (this.#position < this.#chunk.length) {
      throw new Error(`${this.#chunk.length - this.#position} bytes of the last chunk are not taken yet`);
    }
    this.#chunk = chunk;
    this.#position = 0;
  }

  /**
   * Returns the next whole packet, or nothing until another chunk is pushed.
   *
   * Throws for a packet of no bytes and for one over `maxPacketBytes`, as soon as its length is known.
   */
  next(maxPacketBytes: number): Uint8Array | undefined {
    if (this.#size === 0) this.#readPrefix(maxPacketBytes);
    const available = this.#chunk.length - this.#position;
    if (this.#size === 0 || available === 0) {
      this.#chunk = nothing;
      this.#position = 0;
      return undefined;
    }
    if (this.#assembled > 0 || available < this.#size) return this.#assemble(available);
    const end = this.#position + this.#size;
    const packet = this.#chunk.subarray(this.#position, end);
    this.#position = end;
    this.#size = 0;
    return packet;
  }

  /** Gives back the memory that was kept for the next packet in pieces. An incomplete packet keeps its own. */
  release(): void {
    if (this.#assembled === 0) this.#assembly = nothing;
  }

  #readPrefix(maxPacketBytes: number): void {
    while (this.#prefixRead < prefixBytes && this.#position < this.#chunk.length) {
      this.#prefix = this.#prefix * 256 + (this.#chunk[this.#position] as number);
      this.#position += 1;
      this.#prefixRead += 1;
    }
    if (this.#prefixRead < prefixBytes) return;
    const size = this.#prefix;
    this.#prefix = 0;
    this.#prefixRead = 0;
    if (size === 0) throw new RangeError("packet of 0 bytes; the smallest has 1");
    if (size > maxPacketBytes)
      throw new RangeError(strangerWords(size) ?? `packet of ${size} bytes exceeds ${maxPacketBytes}`);
    this.#size = size;
  }

  #assemble(available: number): Uint8Array | undefined {
    const taken = Math.min(available, this.#size - this.#assembled);
    this.#reserve(this.#assembled + taken);
    this.#assembly.set(this.#chunk.subarray(this.#position, this.#position + taken), this.#assembled);
    this.#assembled += taken;
    this.#position += taken;
    if (this.#assembled < this.#size) {
      this.#chunk = nothing;
      this.#position = 0;
      return undefined;
    }
    const packet = this.#assembly.subarray(0, this.#size);
    this.#assembled = 0;
    this.#size = 0;
    return packet;
  }

  #reserve(needed: number): void {
    if (needed <= this.#assembly.length) return;
    const wanted = Math.max(smallestAssembly, Math.min(this.#size, needed * growth));
    // Not cleared: only bytes that came are ever shown.
    const grown = Buffer.allocUnsafeSlow(wanted);
    grown.set(this.#assembly.subarray(0, this.#assembled));
    this.#assembly = grown;
  }
}

const http = /^(HTTP|GET |POST|HEAD|PUT |OPTI|PRI )/;
const printable = /^[\x20-\x7e]{4}$/;

// What stands where a length should, when the peer speaks something else: read as a number it tells nobody anything.
function strangerWords(size: number): string | undefined {
  if (size === 0xff000000) return "the peer speaks ZeroMQ";
  // A handshake or an alert of TLS.
  if (size >>> 8 === 0x160301 || size >>> 8 === 0x150301 || size >>> 8 === 0x150303)
    return "the peer speaks TLS";
  const text = String.fromCharCode(size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255);
  if (http.test(text)) return "the peer speaks HTTP";
  return printable.test(text)
    ? `the peer speaks something else, it begins with ${JSON.stringify(text)}`
    : undefined;
}

/** Size of the packet that fills a whole chunk; 0 when the chunk is anything else. */
export function sizeOfOnly(chunk: Uint8Array): number {
  const size = chunk.length - prefixBytes;
  if (size <= 0) return 0;
  const told = ((chunk[0]! << 24) | (chunk[1]! << 16) | (chunk[2]! << 8) | chunk[3]!) >>> 0;
  return told === size ? size : 0;
}

function copyBehindPrefix(packet: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(prefixBytes + packet.byteLength);
  framed.set(packet, prefixBytes);
  return framed;
}
