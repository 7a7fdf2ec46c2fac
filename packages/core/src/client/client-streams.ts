import type { CallOptions } from "../call.js";
import { LocalCallbacks } from "../callback/local-callbacks.js";
import type { IncomingStream } from "../stream/incoming-stream.js";
import { SessionStreams } from "../stream/session-streams.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { type Answer, CallParts, type PartsOfSession } from "./call-parts.js";
import type { ClientSeams } from "./client-parts.js";
import type { ClientSession } from "./client-session.js";
import { createRemoteStream, type RemoteStream } from "./remote-stream.js";
import type { SentCalls } from "./sent-calls.js";

/** The streams and callbacks of a client's calls. */
export class ClientStreams {
  readonly #client: ClientSeams;
  readonly #find = (sent: SentCalls): PartsOfSession => partsOfSession(this.#client.of(sent));

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

/** The streams and callbacks of a session, made when its first is needed: most have none. */
export function partsOfSession(session: ClientSession): PartsOfSession {
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
