import { BodyReader } from "./body-reader.js";
import { frameHeadBytes } from "./encode-frame.js";
import { type Frame, frameTypes } from "./frame.js";
import type { FrameSet } from "./frame-set.js";
import { ProtocolError } from "./protocol-error.js";
import { readLength } from "./read-length.js";
import type { ScanLimits } from "./scan.js";
import type { TargetTable } from "./target-table.js";

/** Reads the frames of a packet, one after the other. Everything it returns was scanned first. */
export class FrameReader {
  readonly #body: BodyReader;
  readonly #limits: ScanLimits;
  readonly #frames: FrameSet;

  /**
   * Starts at `position`, behind the packet's header. `frames` are those that may come, `targets` is what can
   * be called by name.
   */
  constructor(
    bytes: Uint8Array,
    position: number,
    limits: ScanLimits,
    frames: FrameSet,
    targets?: TargetTable,
  ) {
    this.#body = new BodyReader(bytes, position, limits, targets);
    this.#limits = limits;
    this.#frames = frames;
  }

  /** The next frame; undefined at the end of the packet. Throws `ProtocolError`. */
  next(): Frame | undefined {
    const body = this.#body;
    const rest = body.bytes.length - body.position;
    if (rest === 0) return undefined;
    if (rest < frameHeadBytes) throw new ProtocolError(`${rest} bytes behind the last frame`);
    const type = body.bytes[body.position]!;
    const length = readLength(body.bytes, body.position + 1, 4);
    if (length > rest - frameHeadBytes) {
      throw new ProtocolError(`frame of ${length} bytes in a packet with ${rest - frameHeadBytes} left`);
    }
    body.position += frameHeadBytes;
    body.end = body.position + length;
    const read = this.#frames.readers[type];
    if (read === undefined) throw new ProtocolError(`unexpected frame ${describeType(type)}`);
    const frame = read(body);
    if (body.position !== body.end) {
      throw new ProtocolError(`${body.end - body.position} bytes left over in a ${frame.type} frame`);
    }
    return frame;
  }

  /** What is left, in memory of its own: the packet's is used again. Undefined at the end of the packet. */
  keepRest(): FrameReader | undefined {
    const body = this.#body;
    if (body.position === body.bytes.length) return undefined;
    const rest = new Uint8Array(body.bytes.subarray(body.position));
    return new FrameReader(rest, 0, this.#limits, this.#frames, body.targets);
  }
}

function describeType(type: number): string {
  const known = Object.entries(frameTypes).find(([, number]) => number === type);
  const number = `0x${type.toString(16).padStart(2, "0")}`;
  return known === undefined ? number : `${number} (${known[0]})`;
}
