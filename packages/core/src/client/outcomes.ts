import { readOutcome } from "../wire/read-call.js";
import { writeOutcomeQuery } from "../wire/write-call.js";
import type { ClientPart } from "./client-part.js";
import type { PartOfClient } from "./client-parts.js";
import { hearOutcome, OutcomeQueries } from "./outcome-queries.js";

const part: PartOfClient = {
  name: "outcomes",
  reads: { outcome: readOutcome },
  writes: { outcomeQuery: writeOutcomeQuery },
  hears: { outcome: hearOutcome },
  join(client) {
    client.slots.outcomes = new OutcomeQueries(client.calls);
  },
};

/** The part of a client that asks what became of a once call. */
export const outcomes: ClientPart = part;
