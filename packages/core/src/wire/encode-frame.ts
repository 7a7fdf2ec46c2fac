import type { ByteSink } from "./byte-sink.js";
import { type CallFrame, type ErrorBody, type EventsFrame, type Frame, frameTypes } from "./frame.js";
import type { ScanLimits } from "./scan.js";
import { encodeValue } from "./values.js";

/** Bytes in front of a frame's body: its type and the body's length. */
export const frameHeadBytes = 5;

/** In the place of a deadline: there is none. */
export const noDeadline = 0xffff_ffff;

/** Flags of a call frame. */
export const callFlags = { byName: 0x01, metadata: 0x02, key: 0x04 } as const;

/** Kinds of an events frame, in the order of their numbers. */
export const eventKinds = ["live", "replay", "snapshot", "removed"] as const;

/** An event encoded once, for every subscriber. */
export type EncodedRow = Uint8Array;

/** An events frame on its way out. */
export interface OutgoingEvents extends Omit<EventsFrame, "rows"> {
  readonly rows: readonly EncodedRow[];
}

/** A frame on its way out. */
export type OutgoingFrame = Exclude<Frame, EventsFrame> | OutgoingEvents;

/**
 * Writes one frame at the sink's position.
 *
 * Throws `RpcError` `invalid_argument` when a value in it cannot travel; the sink is then as before.
 */
export function encodeFrame(sink: ByteSink, frame: OutgoingFrame, limits: ScanLimits): void {
  const start = sink.position;
  sink.reserve(frameHeadBytes);
  sink.view.setUint8(start, frameTypes[frame.type]);
  sink.position = start + frameHeadBytes;
  try {
    encodeBody(sink, frame, limits);
  } catch (error) {
    sink.position = start;
    throw error;
  }
  sink.view.setUint32(start + 1, sink.position - start - frameHeadBytes);
}

/** Encodes an event as every subscriber gets it: `[topic, seq, position, at, callId, value]`. */
export function encodeRow(sink: ByteSink, row: readonly unknown[], limits: ScanLimits): EncodedRow {
  const start = sink.position;
  encodeValue(sink, row, limits);
  const encoded = sink.bytes.slice(start, sink.position);
  sink.position = start;
  return encoded;
}

function encodeBody(sink: ByteSink, frame: OutgoingFrame, limits: ScanLimits): void {
  switch (frame.type) {
    case "call":
      return encodeCall(sink, frame, limits);
    case "reply":
      writeUint32(sink, frame.id);
      return encodeValue(sink, frame.value, limits);
    case "error":
    case "unsubscribed":
      writeUint32(sink, frame.id);
      return encodeValue(sink, errorFields(frame), limits);
    case "cancel":
    case "unsubscribe":
      return writeUint32(sink, frame.id);
    case "outcomeQuery":
      writeUint32(sink, frame.id);
      return encodeValue(sink, [frame.service, frame.method, frame.key], limits);
    case "outcome": {
      const { type: _, id, error, ...fields } = frame;
      writeUint32(sink, id);
      return encodeValue(sink, { ...fields, error: error && errorFields(error) }, limits);
    }
    case "events":
      return encodeEvents(sink, frame);
    case "gap":
      writeUint32(sink, frame.id);
      return encodeValue(sink, [frame.topic, frame.from, frame.to, frame.reason], limits);
    case "mark":
      writeUint32(sink, frame.id);
      return encodeValue(sink, frame.position, limits);
    case "subscriptionCredit":
      writeUint32(sink, frame.id);
      writeUint32(sink, frame.items);
      return writeUint32(sink, frame.bytes);
    case "ping":
      return writeUint8(sink, frame.answer ? 1 : 0);
    case "close":
      return encodeValue(sink, errorFields(frame), limits);
    default: {
      const { type: _, ...fields } = frame;
      return encodeValue(sink, fields, limits);
    }
  }
}

function encodeCall(sink: ByteSink, frame: CallFrame, limits: ScanLimits): void {
  const { target, metadata, key } = frame;
  const byName = "method" in target;
  const extras = (metadata === undefined ? 0 : callFlags.metadata) | (key === undefined ? 0 : callFlags.key);
  writeUint8(sink, (byName ? callFlags.byName : 0) | extras);
  writeUint32(sink, frame.id);
  // A deadline far away is none: 2^32 ms are seven weeks.
  writeUint32(sink, Math.min(Math.max(Math.ceil(frame.timeLeftMs), 0), noDeadline));
  if (byName) {
    encodeValue(sink, target.service, limits);
    encodeValue(sink, target.method, limits);
  } else {
    writeUint16(sink, target.ref);
    writeUint16(sink, target.member);
  }
  if (metadata !== undefined) encodeValue(sink, metadata, limits);
  if (key !== undefined) encodeValue(sink, key, limits);
  encodeValue(sink, frame.args, limits);
}

function encodeEvents(sink: ByteSink, frame: OutgoingEvents): void {
  writeUint32(sink, frame.id);
  writeUint8(sink, eventKinds.indexOf(frame.kind));
  writeUint16(sink, frame.rows.length);
  for (const row of frame.rows) {
    sink.reserve(row.length);
    sink.bytes.set(row, sink.position);
    sink.position += row.length;
  }
}

function errorFields(body: ErrorBody): Record<string, unknown> {
  const { code, message, outcome, details, retryAfterMs, errorId, name, fields } = body;
  return { code, message: toWellFormed(message), outcome, details, retryAfterMs, errorId, name, fields };
}

// A message may quote anything, half a surrogate pair too, and must arrive all the same.
function toWellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

function writeUint8(sink: ByteSink, value: number): void {
  sink.reserve(1);
  sink.view.setUint8(sink.position, value);
  sink.position += 1;
}

function writeUint16(sink: ByteSink, value: number): void {
  sink.reserve(2);
  sink.view.setUint16(sink.position, value);
  sink.position += 2;
}

function writeUint32(sink: ByteSink, value: number): void {
  sink.reserve(4);
  sink.view.setUint32(sink.position, value);
  sink.position += 4;
}
