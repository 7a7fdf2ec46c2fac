import { defaultLimits } from "../src/limits.js";
import { toPeerLimits } from "../src/session/handshake.js";
import type { Session } from "../src/session/session.js";
import type { OutgoingFrame } from "../src/wire/encode-frame.js";
import type { PeerLimits } from "../src/wire/frame.js";

/** Of a session, what its serving end uses: frames leave by it while it has room. */
export class FakeSession {
  readonly frames: OutgoingFrame[] = [];
  peerLimits: PeerLimits = toPeerLimits(defaultLimits);
  hasRoom = true;
  hasEventRoom = true;
  open = true;
  /** Refuses a frame by throwing. */
  refuse: (frame: OutgoingFrame) => void = () => {};

  send(frame: OutgoingFrame): void {
    this.refuse(frame);
    this.frames.push(frame);
  }

  asSession(): Session {
    return this as unknown as Session;
  }
}
