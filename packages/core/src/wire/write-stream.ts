import { encodeValue } from "#values";
import { writeEncoded, writeUint8, writeUint16, writeUint32 } from "./body-writing.js";
import type { ByteSink } from "./byte-sink.js";
import type { OutgoingItems } from "./encode-frame.js";
import { errorFields } from "./error-frame.js";
import type { ScanLimits } from "./scan.js";
import type { CreditFrame, EndFrame } from "./stream-frames.js";

/** Writes the body of an items frame. */
export function writeItems(sink: ByteSink, frame: OutgoingItems): void {
  writeUint32(sink, frame.id);
  writeUint8(sink, frame.stream);
  writeUint32(sink, frame.index);
  writeUint16(sink, frame.count);
  writeEncoded(sink, frame.encoded);
}

/** Writes the body of an end frame. */
export function writeEnd(sink: ByteSink, frame: EndFrame, limits: ScanLimits): void {
  writeUint32(sink, frame.id);
  writeUint8(sink, frame.stream);
  encodeValue(sink, frame.error === undefined ? null : errorFields(frame.error), limits);
}

/** Writes the body of a credit frame. */
export function writeCredit(sink: ByteSink, frame: CreditFrame): void {
  writeUint32(sink, frame.id);
  writeUint8(sink, frame.stream);
  writeUint32(sink, frame.items);
  writeUint32(sink, frame.bytes);
}
