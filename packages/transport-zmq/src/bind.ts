import { RpcError } from "@rpc/core/transport";
import type { Publisher, Router } from "zeromq";
import { type Address, type Endpoint, resolveEndpoint } from "./address.js";
import { bindSocketFile, type SocketFile } from "./socket-file.js";

/** Where a socket is bound. */
export interface Bound {
  /** Port 0 has become a port. */
  readonly url: URL;
  /** The file to remove when the socket is closed. */
  readonly file?: SocketFile;
}

/** Creates the socket with `create`, binds it, and closes it again if that fails. */
export async function bindSocket<Socket extends Router | Publisher>(
  url: URL,
  address: Address,
  create: (endpoint: Endpoint) => Socket,
): Promise<Bound & { readonly socket: Socket }> {
  const endpoint = await resolveEndpoint(address);
  const socket = createSocket(url, () => create(endpoint));
  try {
    if (address.type === "ipc") return { socket, url, file: await bindSocketFile(socket, address.path) };
    await socket.bind(endpoint.text);
    return { socket, url: withPort(url, socket.lastEndpoint) };
  } catch (error) {
    socket.close();
    throw explain(url, error);
  }
}

function createSocket<Socket>(url: URL, create: () => Socket): Socket {
  try {
    return create();
  } catch (error) {
    throw new RpcError("unavailable", `no socket to listen at ${url.href}: ${(error as Error).message}`, {
      outcome: "not-executed",
      cause: error,
    });
  }
}

function withPort(url: URL, endpoint: string | null): URL {
  const bound = new URL(url);
  bound.port = /:(\d+)$/.exec(endpoint ?? "")?.[1] ?? url.port;
  return bound;
}

function explain(url: URL, error: unknown): RpcError {
  const code = (error as { code?: unknown }).code;
  const options = { outcome: "not-executed", cause: error } as const;
  if (code === "EADDRINUSE")
    return new RpcError("unavailable", `${url.href} is in use by another listener`, options);
  if (code === "EADDRNOTAVAIL" || code === "ENODEV") {
    return new RpcError("unavailable", `this machine has no address ${url.hostname} to listen at`, options);
  }
  return RpcError.from(error, "unavailable", options);
}
