import type { BodyReader } from "./body-reader.js";
import type { ByteSink } from "./byte-sink.js";
import type { OutgoingFrame } from "./encode-frame.js";
import { type Frame, frameTypes } from "./frame.js";
import type { ScanLimits } from "./scan.js";

/** How bodies of frames are read, by the frame's name. */
export type FrameReads = {
  readonly [Type in Frame["type"]]?: (body: BodyReader) => Frame & { readonly type: Type };
};

/** How bodies of frames are written that are no map of their fields, by the frame's name. */
export type FrameWrites = {
  readonly [Type in OutgoingFrame["type"]]?: (
    sink: ByteSink,
    frame: OutgoingFrame & { readonly type: Type },
    limits: ScanLimits,
  ) => void;
};

/**
 * The frames that one side reads and writes. A server reads what clients send and a client what servers send, so neither
 * carries the code for the other's.
 */
export class FrameSet {
  /** By the frame's number; undefined for frames that this side does not read. */
  readonly readers: (((body: BodyReader) => Frame) | undefined)[] = [];
  /** By the frame's number; undefined where the body is a map of the frame's fields. */
  readonly writers: ((sink: ByteSink, frame: never, limits: ScanLimits) => void)[] = [];

  constructor(reads: FrameReads, writes: FrameWrites) {
    this.add(reads, writes);
  }

  /** Reads and writes these as well from now on. */
  add(reads: FrameReads, writes: FrameWrites): this {
    for (const [type, read] of Object.entries(reads)) this.readers[frameTypes[type as Frame["type"]]] = read;
    for (const [type, write] of Object.entries(writes))
      this.writers[frameTypes[type as Frame["type"]]] = write;
    return this;
  }
}
