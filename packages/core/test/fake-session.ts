import { defaultLimits } from "../src/limits.js";
import { toPeerLimits } from "../src/session/handshake.js";
import type { Session } from "../src/session/session.js";
import type { OutgoingFrame } from "../src/wire/encode-frame.js";
import type { PeerLimits } from "../src/wire/frame.js";

/** Of a session, what both its ends use: frames leave by it while it has room, each in a packet of its own. */
export class FakeSession {
  readonly frames: OutgoingFrame[] = [];
  peerLimits: PeerLimits = toPeerLimits(defaultLimits);
  hasRoom = true;
  hasEventRoom = true;
  /** When the packet of the next frame was begun. */
  packetTime = 0;
  turnTime = 0;
  /** About when what is handed up arrived. */
  arrivalTime = 0;
  open = true;
  /** Number of the last packet that its peer may have got. */
  arrived = Number.POSITIVE_INFINITY;
  /** Refuses a frame by throwing. */
  refuse: (frame: OutgoingFrame) => void = () => {};

  send(frame: OutgoingFrame): number {
    this.refuse(frame);
    return this.frames.push(frame);
  }

  get nextPacket(): number {
    return this.frames.length + 1;
  }

  mayHaveArrived(packet: number): boolean {
    return packet <= this.arrived;
  }

  asSession(): Session {
    return this as unknown as Session;
  }
}
