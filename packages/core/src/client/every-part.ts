import type { ClientPart } from "./client-part.js";
import { events } from "./events.js";
import { nesting } from "./nesting.js";
import { oneway } from "./oneway.js";
import { outcomes } from "./outcomes.js";
import { proxy } from "./proxies.js";
import { refresh } from "./refresh.js";
import { streams } from "./streams.js";

/** All that a client can do: what one in Node does, and one in a page with `parts: everything`. */
export const everything: readonly ClientPart[] = [events, streams, oneway, outcomes, nesting, proxy, refresh];
