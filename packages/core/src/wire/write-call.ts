import { encodeValue } from "#values";
import { writeTimeLeft, writeUint8, writeUint16, writeUint32 } from "./body-writing.js";
import type { ByteSink } from "./byte-sink.js";
import {
  type CallbackFrame,
  type CallExtras,
  type CallFrame,
  callFlags,
  type OutcomeFrame,
  type OutcomeQueryFrame,
  passedKinds,
  type ReplyFrame,
} from "./call-frames.js";
import { errorFields } from "./error-frame.js";
import type { ScanLimits } from "./scan.js";

/** Writes the body of a call frame. */
export function writeCall(sink: ByteSink, frame: CallFrame, limits: ScanLimits): void {
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
  if (extras !== undefined) writeExtras(sink, extras);
  encodeValue(sink, frame.args, limits);
}

/** Writes the body of a reply frame. */
export function writeReply(sink: ByteSink, { id, value }: ReplyFrame, limits: ScanLimits): void {
  writeUint32(sink, id);
  encodeValue(sink, value, limits);
}

/** Writes the body of a callback frame. */
export function writeCallback(sink: ByteSink, frame: CallbackFrame, limits: ScanLimits): void {
  writeUint32(sink, frame.id);
  writeTimeLeft(sink, frame.timeLeftMs);
  writeUint32(sink, frame.callback);
  encodeValue(sink, frame.args, limits);
}

/** Writes the body of an outcome query. */
export function writeOutcomeQuery(sink: ByteSink, frame: OutcomeQueryFrame, limits: ScanLimits): void {
  writeUint32(sink, frame.id);
  encodeValue(sink, [frame.service, frame.method, frame.key], limits);
}

/** Writes the body of an outcome frame. */
export function writeOutcome(sink: ByteSink, frame: OutcomeFrame, limits: ScanLimits): void {
  const { type: _, id, error, ...fields } = frame;
  writeUint32(sink, id);
  encodeValue(sink, { ...fields, error: error && errorFields(error) }, limits);
}

function extraFlags({ oneway, credit, passed }: CallExtras): number {
  const stream = credit === undefined ? 0 : callFlags.stream;
  return stream | (passed === undefined ? 0 : callFlags.passed) | (oneway === true ? callFlags.oneway : 0);
}

function writeExtras(sink: ByteSink, { credit, passed }: CallExtras): void {
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
