import type { CreditFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { ClientSession } from "./client-session.js";

/** Credit from the server: for one-way calls, which have no id, or for the stream of an argument. */
export function hearCredit(frame: CreditFrame, session: ClientSession): void {
  const { client, parts, onewayCredit } = session;
  if (frame.id !== 0 && parts !== undefined) return parts.streams.credit(frame);
  if (frame.id !== 0 || onewayCredit === undefined) throw new ProtocolError("credit that nobody asked for");
  onewayCredit.grant(frame.items);
  client.slots.oneway?.pump();
  session.answered();
}
