import { findTransport } from "../find-transport.js";
import { Client, start } from "./client.js";
import { type ClientOptions, checkClientOptions } from "./client-options.js";
import type { ClientPart } from "./client-part.js";

/** Where to connect: one URL, or several that are tried in turn. */
export type ConnectUrl = string | URL | readonly (string | URL)[] | undefined;

/** Connects a client that has these parts, and those in its options. */
export async function openClient(
  url: ConnectUrl,
  options: ClientOptions,
  parts: readonly ClientPart[],
): Promise<Client> {
  checkClientOptions(options);
  const urls = Array.isArray(url) ? url : [url];
  const targets = urls.map((one) => findTransport(one, options.transports));
  if (targets.length === 0) findTransport(undefined, options.transports);
  const client = new Client(options, targets, parts);
  await client[start]();
  return client;
}
