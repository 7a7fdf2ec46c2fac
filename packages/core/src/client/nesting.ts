import type { ClientPart } from "./client-part.js";
import type { PartOfClient } from "./client-parts.js";
import { inherit } from "./nested-call.js";

const part: PartOfClient = {
  name: "nesting",
  reads: {},
  writes: {},
  hears: {},
  join(client) {
    client.slots.nesting = { inherit };
  },
};

/** The part of a client whose calls are made inside served ones: with `context.with(client)`, or an ambient context. */
export const nesting: ClientPart = part;
