import type { ClientPart } from "./client-part.js";
import type { PartOfClient } from "./client-parts.js";
import { createProxy } from "./proxy.js";

const part: PartOfClient = {
  name: "proxy",
  reads: {},
  writes: {},
  hears: {},
  join(client) {
    client.slots.proxy = { create: createProxy };
  },
};

/** The part of a client that makes proxies of services by name: for programs without generated clients. */
export const proxy: ClientPart = part;
