import { writeId } from "./body-writing.js";
import { FrameSet } from "./frame-set.js";
import { readError, readReply } from "./read-call.js";
import { readClose, readGoaway, readPing, readUsed, readWelcome } from "./read-session.js";
import { writeCall } from "./write-call.js";
import { writeClose, writePing } from "./write-session.js";

/** The frames of every client. What a client does besides calling adds its own. */
export function createClientFrames(): FrameSet {
  return new FrameSet(
    {
      reply: readReply,
      error: readError,
      used: readUsed,
      welcome: readWelcome,
      goaway: readGoaway,
      ping: readPing,
      close: readClose,
    },
    { call: writeCall, cancel: writeId, ping: writePing, close: writeClose },
  );
}
