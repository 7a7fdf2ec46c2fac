import { writeUint32 } from "./body-writing.js";
import type { ReleaseFrame } from "./call-frames.js";
import { FrameSet } from "./frame-set.js";
import { readCall, readCancel, readError, readOutcomeQuery, readReply } from "./read-call.js";
import { readSubscribe, readSubscriptionCredit, readUnsubscribe } from "./read-events.js";
import { readClose, readContract, readHello, readPing, readRefresh, readUse } from "./read-session.js";
import { readCredit, readEnd, readItems } from "./read-stream.js";
import { writeCallback, writeOutcome, writeReply } from "./write-call.js";
import { writeEvents, writeGap, writeMark } from "./write-events.js";
import { writeClose, writeError, writePing, writeRefreshed } from "./write-session.js";
import { writeCredit, writeEnd, writeItems } from "./write-stream.js";

/** The frames of a server: what clients send, and what is sent to them. */
export const serverFrames: FrameSet = new FrameSet(
  {
    call: readCall,
    cancel: readCancel,
    use: readUse,
    contract: readContract,
    outcomeQuery: readOutcomeQuery,
    items: readItems,
    end: readEnd,
    credit: readCredit,
    // Answers of callbacks.
    reply: readReply,
    error: readError,
    subscribe: readSubscribe,
    unsubscribe: readUnsubscribe,
    subscriptionCredit: readSubscriptionCredit,
    hello: readHello,
    refresh: readRefresh,
    ping: readPing,
    close: readClose,
  },
  {
    reply: writeReply,
    error: writeError,
    outcome: writeOutcome,
    items: writeItems,
    end: writeEnd,
    credit: writeCredit,
    callback: writeCallback,
    release: writeRelease,
    events: writeEvents,
    gap: writeGap,
    mark: writeMark,
    unsubscribed: writeError,
    refreshed: writeRefreshed,
    ping: writePing,
    close: writeClose,
  },
);

function writeRelease(sink: Parameters<typeof writeUint32>[0], { callback }: ReleaseFrame): void {
  writeUint32(sink, callback);
}
