import { encodeValue } from "#values";
import { writeEncoded, writeUint8, writeUint16, writeUint32 } from "./body-writing.js";
import type { ByteSink } from "./byte-sink.js";
import type { OutgoingEvents } from "./encode-frame.js";
import { eventKinds, type GapFrame, type MarkFrame, type SubscriptionCreditFrame } from "./event-frames.js";
import type { ScanLimits } from "./scan.js";

/** Writes the body of an events frame. */
export function writeEvents(sink: ByteSink, frame: OutgoingEvents): void {
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

/** Writes the body of a gap frame. */
export function writeGap(sink: ByteSink, frame: GapFrame, limits: ScanLimits): void {
  writeUint32(sink, frame.id);
  encodeValue(sink, [frame.topic, frame.from, frame.to, frame.reason], limits);
}

/** Writes the body of a mark frame. */
export function writeMark(sink: ByteSink, frame: MarkFrame, limits: ScanLimits): void {
  writeUint32(sink, frame.id);
  encodeValue(sink, frame.position, limits);
}

/** Writes the body of a frame that gives a subscription credit. */
export function writeSubscriptionCredit(sink: ByteSink, frame: SubscriptionCreditFrame): void {
  writeUint32(sink, frame.id);
  writeUint32(sink, frame.items);
  writeUint32(sink, frame.bytes);
}
