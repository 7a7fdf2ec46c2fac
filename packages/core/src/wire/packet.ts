import { ProtocolError } from "./protocol-error.js";
import { readLength } from "./read-length.js";

/** Bytes of a packet's header. */
export const headerBytes = 13;

/** Most bytes that frames of one turn share in a packet, header included; a larger frame has a packet to itself. */
export const sharedPacketBytes: number = 64 * 1024;

const numbered = 0x01;
const unnumbered = 0x00;

/**
 * What stands in front of a packet's frames.
 *
 * Numbers, acknowledgements and times wrap at 2^32 and are compared with `distance`, so that a session may live for
 * ever.
 */
export interface PacketHeader {
  /** A numbered packet is kept and resent until it is acknowledged; an unnumbered one is not. */
  readonly numbered: boolean;
  /** Its packet number, or in an unnumbered packet the last number its sender sent on this connection. */
  readonly number: number;
  /** Last packet number its sender has handed up. */
  readonly acknowledged: number;
  /** Milliseconds of its sender's session clock when it was begun; stays when it is sent again. */
  readonly sentAt: number;
}

/** Writes the header into the first bytes of a packet. */
export function writeHeader(view: DataView, at: number, header: PacketHeader): void {
  view.setUint8(at, header.numbered ? numbered : unnumbered);
  view.setUint32(at + 1, header.number);
  view.setUint32(at + 5, header.acknowledged);
  view.setUint32(at + 9, header.sentAt);
}

/** Reads a packet's header. Throws `ProtocolError` when there is none. */
export function readHeader(bytes: Uint8Array): PacketHeader {
  if (bytes.length < headerBytes) throw new ProtocolError(`packet of ${bytes.length} bytes has no header`);
  const kind = bytes[0];
  if (kind !== numbered && kind !== unnumbered) throw new ProtocolError(`packet of unknown kind ${kind}`);
  return {
    numbered: kind === numbered,
    number: readLength(bytes, 1, 4),
    acknowledged: readLength(bytes, 5, 4),
    sentAt: readLength(bytes, 9, 4),
  };
}

/** How far `number` is ahead of `other`, both counted modulo 2^32; negative when it is behind. */
export function distance(number: number, other: number): number {
  return (number - other) | 0;
}
