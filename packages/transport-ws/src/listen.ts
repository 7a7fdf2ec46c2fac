import type { Server } from "node:http";
import { Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type Connection, type Listener, type ListenOptions, RpcError } from "@rpc/core/transport";
import {
  bind,
  hasCertificate,
  inWords,
  listenError,
  loadTlsOptions,
  type TlsListeners,
} from "@rpc/transport-tcp/sockets";
import { checkPlace, invalidUrl, shown } from "./address.js";
import type { WsSettings } from "./options.js";
import { OwnServer } from "./own-server.js";
import { Upgrades } from "./upgrades.js";

/** What it takes to listen. */
export interface ListenRequest {
  readonly url: URL;
  readonly settings: WsSettings;
  /** Whom a `wss://` listener joins while it is open, to be told of renewed files. */
  readonly listeners: TlsListeners;
  readonly options: ListenOptions;
  accept(connection: Connection): void;
}

/** Listens at the URL of `request`. Rejects with an `RpcError` that says what to do; nothing is left open then. */
export async function listenWs(request: ListenRequest): Promise<Listener> {
  checkPlace(request.url);
  const { server } = request.settings;
  return server === undefined ? await listenAlone(request) : listenAt(server as Server, request);
}

async function listenAlone({ url, settings, listeners, options, accept }: ListenRequest): Promise<Listener> {
  const warn = (message: string) => options.logger.warn(`${shown(url)}: ${message}`, "connections refused");
  const { trustProxy } = settings;
  const own = new OwnServer({ tls: await loadTls(url, settings), trustProxy, limits: options, warn });
  const upgrades = new Upgrades(own.http, {
    ...scope(url, settings),
    options,
    accept,
    upgraded: (socket) => own.release(socket),
    refused: warn,
  });
  const leave = url.protocol === "wss:" ? listeners.add((renewed) => own.renew(renewed)) : undefined;
  const close = async () => {
    leave?.();
    upgrades.close();
    own.close();
  };
  try {
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    await bind(own.http, { host, port: portOf(url) });
  } catch (reason) {
    await close();
    throw listenError(url, reason as Error);
  }
  own.http.on("error", (error) => warn(`cannot accept a connection: ${inWords(error)}`));
  return { url: withPort(url, own.http), close };
}

// Which paths of a server are served. It is the server's own, so it lives as long as the server does.
const takenPaths = new WeakMap<Server, Set<string>>();

function listenAt(server: Server, { url, settings, options, accept }: ListenRequest): Listener {
  const place = server.address();
  if (place === null || typeof place === "string") {
    throw invalidUrl(
      "the server given to ws() listens at no port yet; await its listening event before serve()",
    );
  }
  const scheme = server instanceof HttpsServer ? "wss:" : "ws:";
  if (url.protocol !== scheme) {
    throw invalidUrl(`the server given to ws() is one for ${scheme}//, the URL is ${shown(url)}`);
  }
  if (url.port !== "0" && portOf(url) !== place.port) {
    throw invalidUrl(
      `the server given to ws() listens at port ${place.port}, the URL is ${shown(url)}; write port 0 or ${place.port}`,
    );
  }
  const paths = takenPaths.get(server) ?? new Set();
  takenPaths.set(server, paths);
  if (paths.has(url.pathname)) {
    throw new RpcError("unavailable", `${shown(url)} is in use by another listener; choose another path`, {
      outcome: "not-executed",
    });
  }
  paths.add(url.pathname);
  const refused = (message: string) =>
    options.logger.warn(`${shown(url)}: ${message}`, "connections refused");
  const upgrades = new Upgrades(server, { ...scope(url, settings), options, accept, upgraded() {}, refused });
  const close = async () => {
    upgrades.close();
    paths.delete(url.pathname);
  };
  return { url: withPort(url, server), close };
}

function scope(url: URL, { origins, trustProxy }: WsSettings) {
  return { scheme: url.protocol.slice(0, -1), path: url.pathname, origins, trustProxy };
}

async function loadTls(url: URL, { tls }: WsSettings) {
  if (url.protocol === "ws:") return undefined;
  if (!hasCertificate(tls)) {
    throw invalidUrl(
      `${shown(url)} needs a private key and a certificate; give ws({ tls: { keyFile, certFile } })`,
    );
  }
  return await loadTlsOptions(tls);
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "wss:" ? 443 : 80;
}

function withPort(url: URL, server: Server): URL {
  const real = new URL(url);
  real.port = String((server.address() as AddressInfo).port);
  return real;
}
