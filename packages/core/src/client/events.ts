import { writeId } from "../wire/body-writing.js";
import { readEvents, readGap, readMark, readSubscribed, readUnsubscribed } from "../wire/read-events.js";
import { writeSubscriptionCredit } from "../wire/write-events.js";
import type { ClientPart } from "./client-part.js";
import type { PartOfClient } from "./client-parts.js";
import { RemoteEvents } from "./remote-events.js";

const part: PartOfClient = {
  name: "events",
  reads: {
    events: readEvents,
    gap: readGap,
    mark: readMark,
    subscribed: readSubscribed,
    unsubscribed: readUnsubscribed,
  },
  writes: { unsubscribe: writeId, subscriptionCredit: writeSubscriptionCredit },
  hears: {
    events: (frame, session) => session.client.slots.events?.subscriptions.events(frame),
    gap: (frame, session) => session.client.slots.events?.subscriptions.gap(frame),
    mark: (frame, session) => session.client.slots.events?.subscriptions.mark(frame),
    subscribed: (frame, session) => session.client.slots.events?.subscriptions.confirmed(frame),
    unsubscribed: (frame, session) => session.client.slots.events?.subscriptions.ended(frame),
  },
  join(client) {
    client.slots.events = new RemoteEvents(client);
  },
};

/** The part of a client that subscribes to events. */
export const events: ClientPart = part;
