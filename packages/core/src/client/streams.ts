import { readCallback, readRelease } from "../wire/read-call.js";
import { readCredit, readEnd, readItems } from "../wire/read-stream.js";
import { writeReply } from "../wire/write-call.js";
import { writeError } from "../wire/write-session.js";
import { writeCredit, writeEnd, writeItems } from "../wire/write-stream.js";
import type { ClientPart } from "./client-part.js";
import type { PartOfClient } from "./client-parts.js";
import { ClientStreams, partsOfSession } from "./client-streams.js";
import { hearCredit } from "./hear-credit.js";

const part: PartOfClient = {
  name: "streams",
  reads: { items: readItems, end: readEnd, credit: readCredit, callback: readCallback, release: readRelease },
  writes: { items: writeItems, end: writeEnd, credit: writeCredit, reply: writeReply, error: writeError },
  hears: {
    items: (frame, session) => partsOfSession(session).streams.items(frame),
    end: (frame, session) => partsOfSession(session).streams.end(frame),
    credit: hearCredit,
    callback: (frame, session, sentAt) => partsOfSession(session).callbacks.call(frame, sentAt),
    release: (frame, session) => {
      partsOfSession(session).callbacks.release(frame.callback);
      session.answered();
    },
  },
  join(client) {
    client.slots.streams = new ClientStreams(client);
  },
};

/** The part of a client that streams, either way, and passes callbacks. */
export const streams: ClientPart = part;
