import type { Session } from "../session/session.js";
import { readRefreshed } from "../wire/read-session.js";
import type { ClientPart } from "./client-part.js";
import { CredentialRefresh } from "./credential-refresh.js";

/** What keeps the credentials of a client's sessions. */
export interface CredentialRefreshing {
  of(session: Session): CredentialRefresh;
}

/**
 * The part of a client that shows new credentials on the connection that there is, when asked to and in time. Without it
 * they are shown by connecting anew.
 */
export const refresh: ClientPart = {
  name: "refresh",
  reads: { refreshed: readRefreshed },
  writes: {},
  hears: { refreshed: (frame, session) => session.refresh?.refreshed(frame) },
  join(client) {
    client.slots.refresh = { of: (session) => new CredentialRefresh(session, client.credentialOptions) };
  },
};
