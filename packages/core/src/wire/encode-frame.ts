import { encodeValue } from "#values";
import type { ByteSink } from "./byte-sink.js";
import { type EventsFrame, type Frame, frameTypes, type ItemsFrame } from "./frame.js";
import type { FrameSet } from "./frame-set.js";
import type { ScanLimits } from "./scan.js";

/** Bytes in front of a frame's body: its type and the body's length. */
export const frameHeadBytes = 5;

/** An event encoded once, for every subscriber: where it lies in memory that it may share with its neighbours. */
export interface EncodedRow {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly length: number;
}

/** An events frame on its way out. */
export interface OutgoingEvents extends Omit<EventsFrame, "rows"> {
  readonly rows: readonly EncodedRow[];
}

/** An items frame on its way out: `count` values, encoded back to back. */
export interface OutgoingItems extends Omit<ItemsFrame, "items"> {
  readonly count: number;
  readonly encoded: Uint8Array;
}

/** A frame on its way out. */
export type OutgoingFrame = Exclude<Frame, EventsFrame | ItemsFrame> | OutgoingEvents | OutgoingItems;

/**
 * Writes one frame at the sink's position, as `frames` says.
 *
 * Throws `RpcError` `invalid_argument` when a value in it cannot travel; the sink is then as before.
 */
export function encodeFrame(
  sink: ByteSink,
  frame: OutgoingFrame,
  limits: ScanLimits,
  { writers }: FrameSet,
): void {
  const start = sink.position;
  const number = frameTypes[frame.type];
  sink.reserve(frameHeadBytes);
  sink.view.setUint8(start, number);
  sink.position = start + frameHeadBytes;
  try {
    (writers[number] ?? writeFields)(sink, frame as never, limits);
  } catch (error) {
    sink.position = start;
    throw error;
  }
  sink.view.setUint32(start + 1, sink.position - start - frameHeadBytes);
}

// Frames that are rare enough to be one map.
function writeFields(sink: ByteSink, { type: _, ...fields }: OutgoingFrame, limits: ScanLimits): void {
  encodeValue(sink, fields, limits);
}
