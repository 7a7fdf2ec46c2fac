import { packetHeadroom } from "../transport.js";
import { ByteSink } from "../wire/byte-sink.js";
import { encodeFrame } from "../wire/encode-frame.js";
import type { HandshakeFrame } from "../wire/frame.js";
import type { FrameSet } from "../wire/frame-set.js";
import { headerBytes, type PacketHeader, writeHeader } from "../wire/packet.js";
import type { ScanLimits } from "../wire/scan.js";

/** Builds an unnumbered packet: an acknowledgement, or one frame that is not resent, such as a hello or a ping. */
export function createLoosePacket(
  header: Omit<PacketHeader, "numbered">,
  frame: HandshakeFrame | undefined,
  limits: ScanLimits,
  frames: FrameSet,
): Uint8Array {
  const sink = new ByteSink(packetHeadroom + headerBytes + (frame === undefined ? 0 : 512));
  writeHeader(sink.view, packetHeadroom, { ...header, numbered: false });
  sink.position = packetHeadroom + headerBytes;
  if (frame !== undefined) encodeFrame(sink, frame, limits, frames);
  return sink.bytes.subarray(packetHeadroom, sink.position);
}
