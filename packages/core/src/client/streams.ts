import type { CallOptions } from "../call.js";
import { LocalCallbacks } from "../callback/local-callbacks.js";
import type { IncomingStream } from "../stream/incoming-stream.js";
import { SessionStreams } from "../stream/session-streams.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { readCallback, readRelease } from "../wire/read-call.js";
import { readCredit, readEnd, readItems } from "../wire/read-stream.js";
import { writeReply } from "../wire/write-call.js";
import { writeError } from "../wire/write-session.js";
import { writeCredit, writeEnd, writeItems } from "../wire/write-stream.js";
import { type Answer, CallParts, type PartsOfSession } from "./call-parts.js";
import type { ClientPart, ClientSeams } from "./client-part.js";
import type { ClientSession } from "./client-session.js";
import { hearCredit } from "./hear-credit.js";
import { createRemoteStream, type RemoteStream } from "./remote-stream.js";
import type { SentCalls } from "./sent-calls.js";

/** The part of a client that streams, either way, and passes callbacks. */
export const streams: ClientPart = {
  name: "streams",
  reads: { items: readItems, end: readEnd, credit: readCredit, callback: readCallback, release: readRelease },
  writes: { items: writeItems, end: writeEnd, credit: writeCredit, reply: writeReply, error: writeError },
  hears: {
    items: (frame, session) => partsOf(session).streams.items(frame),
    end: (frame, session) => partsOf(session).streams.end(frame),
    credit: hearCredit,
    callback: (frame, session, sentAt) => partsOf(session).callbacks.call(frame, sentAt),
    release: (frame, session) => {
      partsOf(session).callbacks.release(frame.callback);
      session.answered();
    },
  },
  join(client) {
    client.slots.streams = new Streams(client);
  },
};

/** The streams and callbacks of a client's calls. */
export class Streams {
  readonly #client: ClientSeams;
  readonly #find = (sent: SentCalls): PartsOfSession => partsOf(this.#client.of(sent));

  constructor(client: ClientSeams) {
    this.#client = client;
  }

  /** What a call has besides plain arguments and one reply. */
  extentOf(name: string, args: readonly unknown[], answer: Answer): CallParts {
    return new CallParts(name, args, answer, this.#find);
  }

  /** A stream whose call is made when it is iterated. */
  open(
    name: string,
    options: CallOptions,
    call: (answer: IncomingStream, options: CallOptions) => Promise<unknown>,
  ): RemoteStream<unknown> {
    return createRemoteStream({ name, limits: this.#client.limits, options, call });
  }
}

// Made when the session's first is needed: most have none.
function partsOf(session: ClientSession): PartsOfSession {
  session.parts ??= createParts(session);
  return session.parts;
}

function createParts(opened: ClientSession): PartsOfSession {
  const { session, sent, client } = opened;
  const { clock, limits, failures } = client;
  return {
    session,
    failures,
    callbacks: new LocalCallbacks(session, clock, limits, failures),
    streams: new SessionStreams(session, clock, ({ type, id, stream }) => {
      // What the server sends of a call comes before its answer, but may cross the leaving of its caller, and credit
      // the end of an argument's stream.
      if (sent.find(id) === undefined || type !== "items") return;
      throw new ProtocolError(`items of stream ${stream} of call ${id}, which is not open`);
    }),
  };
}
