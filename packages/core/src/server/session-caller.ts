import type { Session } from "../session/session.js";
import type { Peer } from "../transport.js";
import type { ConnectedCaller } from "./running-calls.js";
import type { SessionIdentity } from "./session-identity.js";

/**
 * Who calls in one session, as of now: identity and peer change under it.
 *
 * A class, since an object literal with getters has a shape of its own each time: 1 KB for each session.
 */
export class SessionCaller implements ConnectedCaller {
  readonly sessionId: string;
  readonly #session: Session;
  readonly #identity: SessionIdentity;

  constructor(sessionId: string, session: Session, identity: SessionIdentity) {
    this.sessionId = sessionId;
    this.#session = session;
    this.#identity = identity;
  }

  get identity(): unknown {
    return this.#identity.value;
  }

  get peer(): Peer | undefined {
    return this.#session.peer;
  }
}
