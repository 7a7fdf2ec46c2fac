import { readCredit } from "../wire/read-stream.js";
import type { ClientPart } from "./client-part.js";
import type { PartOfClient } from "./client-parts.js";
import { hearCredit } from "./hear-credit.js";
import { OnewayCalls, type OnewayTaker } from "./oneway-calls.js";
import { OnewayCredit } from "./oneway-credit.js";

const part: PartOfClient = {
  name: "oneway",
  reads: { credit: readCredit },
  writes: {},
  hears: { credit: hearCredit },
  join(client) {
    const { clock, limits } = client;
    client.slots.oneway = new OnewayCalls({
      clock,
      obstacle: () => client.obstacle(),
      maxQueuedCalls: limits.maxQueuedCalls,
      to() {
        const { taker } = client;
        if (taker === undefined) return undefined;
        taker.onewayCredit ??= new OnewayCredit(taker.session.peerLimits.maxRunningCalls);
        return taker as OnewayTaker;
      },
    });
  },
};

/** The part of a client that makes one-way calls. */
export const oneway: ClientPart = part;
