import { type Logger, type PlainAccess, RpcError } from "@rpc/core/transport";
import type { Context, Publisher } from "zeromq";
import { exposureOf, parseAddress } from "./address.js";
import { type Bound, bindSocket } from "./bind.js";
import { provesPeers } from "./curve-options.js";
import type { CurveListening } from "./curve-server.js";
import { watchSocket } from "./monitor.js";
import type { PublishOption, ZmqSettings } from "./options.js";
import { closeTimeoutMs, createPublisher } from "./settings.js";

/** What publishing is made with. */
export interface PublisherParts {
  readonly context: Context;
  readonly settings: ZmqSettings;
  readonly curve: CurveListening | undefined;
  readonly plain: PlainAccess;
  readonly logger: Logger;
  /** Called once, when all is closed again, also when opening fails. */
  closed(): void;
}

/** The PUB sockets of a transport. */
export interface Publishers {
  /** Stops publishing and frees the addresses. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Binds a PUB socket for every address of `publish` and sends what its events publish, as `[topic, value]`.
 *
 * Throws `TypeError` when no served service has such an event; nothing stays bound then.
 */
export async function openPublishers(parts: PublisherParts): Promise<Publishers> {
  const opened: PublisherSocket[] = [];
  let closing: Promise<void> | undefined;
  const closeAll = async () => {
    await Promise.all(opened.map((publisher) => publisher.close()));
    parts.closed();
  };
  const close = () => {
    closing ??= closeAll();
    return closing;
  };
  try {
    for (const [url, entries] of byUrl(parts.settings.publish)) {
      opened.push(await openSocket(url, entries, parts));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

interface PublisherSocket {
  close(): Promise<void>;
}

async function openSocket(
  href: string,
  entries: readonly PublishOption[],
  { context, settings, curve, plain, logger }: PublisherParts,
): Promise<PublisherSocket> {
  const url = new URL(href);
  const address = parseAddress(url);
  if (exposureOf(address) !== "local" && !(settings.curve !== undefined && provesPeers(settings.curve))) {
    throw new RpcError(
      "failed_precondition",
      `plain events are published on loopback only, got ${url.href}; publish at 127.0.0.1 or zmq+ipc:, or give curve with allowedKeys`,
    );
  }
  let ended: Promise<void> | undefined;
  const bound = await bindSocket(url, address, ({ ipv6 }) => {
    const socket = createPublisher({ context, settings, ipv6, curve: curve?.socketOptions });
    ended = watchSocket(socket, () => {});
    return socket;
  });
  const ends: (() => void)[] = [];
  const close = async () => {
    for (const end of ends.splice(0)) end();
    await closeSocket(bound, ended);
  };
  try {
    for (const { event } of entries) {
      ends.push(plain.hear(event, (topic, value) => void publish(bound.socket, logger, topic, value)));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

// Cannot reject. A PUB socket never has to wait: for a subscriber without room it drops. The value is copied, because
// libzmq keeps what it is given and nobody promises that it stays as it is.
async function publish(socket: Publisher, logger: Logger, topic: string, value: Uint8Array): Promise<void> {
  try {
    await socket.send([topic, Buffer.from(value)]);
  } catch (error) {
    logger.error(`publishing ${topic} failed: ${(error as Error).message}`);
  }
}

async function closeSocket(bound: Bound & { readonly socket: Publisher }, ended: Promise<void> | undefined) {
  if (!bound.socket.closed) {
    bound.socket.linger = closeTimeoutMs;
    bound.socket.close();
  }
  await ended;
  await bound.file?.remove();
}

function byUrl(publish: readonly PublishOption[]): Map<string, PublishOption[]> {
  const entries = new Map<string, PublishOption[]>();
  for (const option of publish) {
    const { href } = new URL(option.url);
    entries.set(href, [...(entries.get(href) ?? []), option]);
  }
  return entries;
}
