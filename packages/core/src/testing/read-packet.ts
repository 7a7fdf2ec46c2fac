import { defaultLimits } from "../limits.js";
import { FrameReader } from "../wire/decode-frame.js";
import type { Frame } from "../wire/frame.js";
import { headerBytes, type PacketHeader, readHeader } from "../wire/packet.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { TargetTable } from "../wire/target-table.js";
import { everyFrame } from "./every-frame.js";

/** A packet as a session reads it: with default limits, everything scanned. */
export interface ReadPacket {
  readonly header: PacketHeader;
  readonly frames: readonly Frame[];
}

/**
 * Returns what reads the packets of one session, as far as they can be read one by one: undefined for one that breaks the
 * protocol. Whatever else it throws is a defect.
 */
export function createPacketReader(): (bytes: Uint8Array) => ReadPacket | undefined {
  const targets = new TargetTable([{ service: "Person", method: "changeName" }]);
  return (bytes) => {
    try {
      const header = readHeader(bytes);
      const reader = new FrameReader(bytes, headerBytes, defaultLimits, everyFrame, targets);
      const frames: Frame[] = [];
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
      return { header, frames };
    } catch (error) {
      if (error instanceof ProtocolError) return undefined;
      throw error;
    }
  };
}
