import type { ByteSink } from "./byte-sink.js";
import {
  type CallExtras,
  type CallFrame,
  type ErrorBody,
  type EventsFrame,
  type Frame,
  frameTypes,
  type ItemsFrame,
} from "./frame.js";
import type { ScanLimits } from "./scan.js";
import { encodeValue } from "./values.js";

/** Bytes in front of a frame's body: its type and the body's length. */
export const frameHeadBytes = 5;

/** In the place of a deadline: there is none. */
export const noDeadline = 0xffff_ffff;

/** Flags of a call frame. */
export const callFlags = {
  byName: 0x01,
  metadata: 0x02,
  key: 0x04,
  stream: 0x10,
  passed: 0x20,
  oneway: 0x40,
} as const;

/** Kinds of passed parameters, in the order of their numbers. */
export const passedKinds = ["stream", "callback"] as const;

/** Kinds of an events frame, in the order of their numbers. */
export const eventKinds = ["live", "replay", "snapshot", "removed"] as const;

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
    case "items":
      writeUint32(sink, frame.id);
      writeUint8(sink, frame.stream);
      writeUint32(sink, frame.index);
      writeUint16(sink, frame.count);
      return writeEncoded(sink, frame.encoded);
    case "end":
      writeUint32(sink, frame.id);
      writeUint8(sink, frame.stream);
      return encodeValue(sink, frame.error === undefined ? null : errorFields(frame.error), limits);
    case "credit":
      writeUint32(sink, frame.id);
      writeUint8(sink, frame.stream);
      writeUint32(sink, frame.items);
      return writeUint32(sink, frame.bytes);
    case "callback":
      writeUint32(sink, frame.id);
      writeTimeLeft(sink, frame.timeLeftMs);
      writeUint32(sink, frame.callback);
      return encodeValue(sink, frame.args, limits);
    case "release":
      return writeUint32(sink, frame.callback);
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
    case "refreshed": {
      const { validMs, error } = frame;
      return encodeValue(sink, { validMs, error: error && errorFields(error) }, limits);
    }
    case "close":
      return encodeValue(sink, errorFields(frame), limits);
    default: {
      const { type: _, ...fields } = frame;
      return encodeValue(sink, fields, limits);
    }
  }
}

function encodeCall(sink: ByteSink, frame: CallFrame, limits: ScanLimits): void {
  const { target, metadata, key, extras } = frame;
  const byName = "method" in target;
  const flags =
    (byName ? callFlags.byName : 0) |
    (metadata === undefined ? 0 : callFlags.metadata) |
    (key === undefined ? 0 : callFlags.key);
  writeUint8(sink, extras === undefined ? flags : flags | extraFlags(extras));
  writeUint32(sink, frame.id);
  writeTimeLeft(sink, frame.timeLeftMs);
  if (byName) {
    encodeValue(sink, target.service, limits);
    encodeValue(sink, target.method, limits);
  } else {
    writeUint16(sink, target.ref);
    writeUint16(sink, target.member);
  }
  if (metadata !== undefined) encodeValue(sink, metadata, limits);
  if (key !== undefined) encodeValue(sink, key, limits);
  if (extras !== undefined) encodeExtras(sink, extras);
  encodeValue(sink, frame.args, limits);
}

function extraFlags({ oneway, credit, passed }: CallExtras): number {
  const stream = credit === undefined ? 0 : callFlags.stream;
  return stream | (passed === undefined ? 0 : callFlags.passed) | (oneway === true ? callFlags.oneway : 0);
}

function encodeExtras(sink: ByteSink, { credit, passed }: CallExtras): void {
  if (credit !== undefined) {
    writeUint32(sink, credit.items);
    writeUint32(sink, credit.bytes);
  }
  if (passed === undefined) return;
  writeUint8(sink, passed.length);
  for (const { index, kind, id } of passed) {
    writeUint8(sink, index);
    writeUint8(sink, passedKinds.indexOf(kind));
    writeUint32(sink, id);
  }
}

function encodeEvents(sink: ByteSink, frame: OutgoingEvents): void {
  writeUint32(sink, frame.id);
  writeUint8(sink, eventKinds.indexOf(frame.kind));
  writeUint16(sink, frame.rows.length);
  const { rows } = frame;
  for (let first = 0; first < rows.length; ) {
    const { bytes, start } = rows[first]!;
    let end = start;
    // Rows that lie back to back are copied at once: it costs the same for one as for a hundred.
    while (first < rows.length && rows[first]!.bytes === bytes && rows[first]!.start === end)
      end += rows[first++]!.length;
    writeEncoded(sink, bytes.subarray(start, end));
  }
}

function writeEncoded(sink: ByteSink, bytes: Uint8Array): void {
  sink.reserve(bytes.length);
  sink.bytes.set(bytes, sink.position);
  sink.position += bytes.length;
}

// A deadline far away is none: 2^32 ms are seven weeks.
function writeTimeLeft(sink: ByteSink, timeLeftMs: number): void {
  writeUint32(sink, Math.min(Math.max(Math.ceil(timeLeftMs), 0), noDeadline));
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
