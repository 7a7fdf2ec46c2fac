import { encodeValue } from "#values";
import { writeUint8, writeUint32 } from "./body-writing.js";
import type { ByteSink } from "./byte-sink.js";
import type { ErrorBody } from "./call-frames.js";
import { errorFields } from "./error-frame.js";
import type { ScanLimits } from "./scan.js";
import type { PingFrame, RefreshedFrame } from "./session-frames.js";

/** Writes the body of a close frame. */
export function writeClose(sink: ByteSink, frame: ErrorBody, limits: ScanLimits): void {
  encodeValue(sink, errorFields(frame), limits);
}

/** Writes the body of a frame that tells an error of something with an id. */
export function writeError(
  sink: ByteSink,
  frame: ErrorBody & { readonly id: number },
  limits: ScanLimits,
): void {
  writeUint32(sink, frame.id);
  writeClose(sink, frame, limits);
}

/** Writes the body of a ping frame. */
export function writePing(sink: ByteSink, { answer }: PingFrame): void {
  writeUint8(sink, answer ? 1 : 0);
}

/** Writes the body of a refreshed frame. */
export function writeRefreshed(sink: ByteSink, { validMs, error }: RefreshedFrame, limits: ScanLimits): void {
  encodeValue(sink, { validMs, error: error && errorFields(error) }, limits);
}
