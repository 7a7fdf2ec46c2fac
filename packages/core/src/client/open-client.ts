import { findTransport } from "../find-transport.js";
import { Client, start } from "./client.js";
import type { ClientKind } from "./client-kind.js";
import { type ClientOptions, checkClientOptions } from "./client-options.js";

/** Where to connect: one URL, or several that are tried in turn. */
export type ConnectUrl = string | URL | readonly (string | URL)[] | undefined;

/** Connects a client of that kind. */
export async function openClient(url: ConnectUrl, options: ClientOptions, kind: ClientKind): Promise<Client> {
  checkClientOptions(options);
  const urls = Array.isArray(url) ? url : [url];
  const targets = urls.map((one) => findTransport(one, options.transports));
  if (targets.length === 0) findTransport(undefined, options.transports);
  const client = new Client(options, targets, kind);
  await client[start]();
  return client;
}
