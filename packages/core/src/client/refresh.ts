import { readRefreshed } from "../wire/read-session.js";
import type { ClientPart } from "./client-part.js";
import type { PartOfClient } from "./client-parts.js";
import { CredentialRefresh } from "./credential-refresh.js";

const part: PartOfClient = {
  name: "refresh",
  reads: { refreshed: readRefreshed },
  writes: {},
  hears: { refreshed: (frame, session) => session.refresh?.refreshed(frame) },
  join(client) {
    client.slots.refresh = { of: (session) => new CredentialRefresh(session, client.credentialOptions) };
  },
};

/**
 * The part of a client that shows new credentials on the connection that there is, when asked to and in time. Without it
 * they are shown by connecting anew.
 */
export const refresh: ClientPart = part;
