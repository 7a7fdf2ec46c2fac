import { type ConnectOptions, RpcError } from "@rpc/core/transport";
import type { Context, Dealer, Event } from "zeromq";
import { type Address, type Endpoint, parseAddress, resolveEndpoint } from "./address.js";
import type { ZmqConnection } from "./connection.js";
import { type CurveConnecting, prepareCurve } from "./curve-client.js";
import { DealerPipe } from "./dealer-pipe.js";
import { watchSocket } from "./monitor.js";
import type { ZmqSettings } from "./options.js";
import { createDealer } from "./settings.js";

/** What a connect is made with. */
export interface DealerOptions extends ConnectOptions {
  readonly context: Context;
  readonly settings: ZmqSettings;
}

/**
 * Opens a connection; resolves when the ZMTP handshake is done, so when somebody really answers.
 *
 * Rejects `RpcError` `unavailable` when nobody does, `cancelled` when the signal aborts; nothing is left behind then.
 */
export async function connectDealer(url: URL, options: DealerOptions): Promise<ZmqConnection> {
  const address = checkConnectable(url);
  checkWanted(url, options.signal);
  const endpoint = await orAbort(resolveEndpoint(address), url, options.signal);
  checkWanted(url, options.signal);
  const curve = options.settings.curve && (await prepareCurve(options.settings.curve));
  checkWanted(url, options.signal);
  const dealer = openDealer(url, endpoint, { ...options, curve });
  return await new Promise((resolve, reject) => {
    let pipe: DealerPipe | undefined;
    const fail = (error: RpcError) => {
      options.signal.removeEventListener("abort", abort);
      dealer.close();
      reject(error);
    };
    const abort = () => fail(givenUp(url, options.signal));
    const hear = (event: Event) => {
      if (pipe !== undefined) {
        pipe.hear(event);
      } else if (dealer.closed) {
        // Given up; these are the last events of a socket that is going.
      } else if (event.type === "handshake") {
        options.signal.removeEventListener("abort", abort);
        pipe = new DealerPipe(dealer, url, options, closed);
        resolve(pipe.connection);
      } else if (failures.has(event.type)) fail(notThere(url, event, curve));
    };
    const closed = watchSocket(dealer, hear);
    options.signal.addEventListener("abort", abort, { once: true });
    try {
      dealer.connect(endpoint.text);
    } catch (error) {
      fail(invalid(`cannot connect to ${url.href}: ${(error as Error).message}`, error));
    }
  });
}

// After any of these libzmq would try again by itself, which is not a transport's business.
const failures: ReadonlySet<Event["type"]> = new Set([
  "close",
  "connect:retry",
  "disconnect",
  "handshake:error:protocol",
  "handshake:error:auth",
  "handshake:error:other",
]);

function checkConnectable(url: URL): Address {
  const address = parseAddress(url);
  if (address.type === "tcp" && address.host === "*") throw invalid(`* is for listening, got ${url.href}`);
  if (address.type === "tcp" && address.port === 0) throw invalid(`port 0 is for listening, got ${url.href}`);
  return address;
}

function checkWanted(url: URL, signal: AbortSignal): void {
  if (signal.aborted) throw givenUp(url, signal);
}

// Looking a name up cannot be cancelled, so it is left behind; it ends by itself.
function orAbort<Value>(work: Promise<Value>, url: URL, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(givenUp(url, signal));
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function openDealer(
  url: URL,
  { ipv6 }: Endpoint,
  { context, settings, curve }: DealerOptions & { readonly curve: CurveConnecting | undefined },
): Dealer {
  try {
    return createDealer({ context, settings, ipv6, curve });
  } catch (error) {
    const message = `no socket to connect to ${url.href}: ${(error as Error).message}`;
    throw new RpcError("unavailable", message, { outcome: "not-executed", cause: error });
  }
}

function notThere(url: URL, event: Event, curve: CurveConnecting | undefined): RpcError {
  const options = { outcome: "not-executed" } as const;
  if (event.type === "handshake:error:auth" && curve !== undefined) {
    const message = `${url.href} refused this side's CURVE key; its allowedKeys lack ${curve.curvePublicKey}`;
    return new RpcError("unauthenticated", message, options);
  }
  const shaken = event.type === "disconnect" || event.type.startsWith("handshake:");
  if (!shaken) return new RpcError("unavailable", `nobody listens at ${url.href}`, options);
  const reasons =
    curve === undefined
      ? "no ZeroMQ server of this framework is there, or it wants CURVE: give zmq({ curve })"
      : "its key is not curve.serverKey, or it has no CURVE";
  return new RpcError("unavailable", `${url.href} broke the handshake off: ${reasons}`, options);
}

function givenUp(url: URL, signal: AbortSignal): RpcError {
  const message = `connecting to ${url.href} was given up`;
  return new RpcError("cancelled", message, { outcome: "not-executed", cause: signal.reason });
}

function invalid(message: string, cause?: unknown): RpcError {
  return new RpcError("invalid_argument", message, { outcome: "not-executed", cause });
}
