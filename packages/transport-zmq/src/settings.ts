import { Context, Dealer, Publisher, Router } from "zeromq";
import type { CurveConnecting } from "./curve-client.js";
import type { CurveListening } from "./curve-server.js";
import type { ZmqSettings } from "./options.js";

/** Time for a ZMTP handshake, on either side. 2 s: it is two small messages, after TCP is up. */
export const handshakeTimeoutMs = 2_000;

/** How long a close waits for what was handed over to arrive. The seam to core names a second. */
export const closeTimeoutMs = 1_000;

/** Packets libzmq queues for one peer, and reads ahead from one. Low, so that a slow peer shows in `send`, not in memory. */
export const highWaterMark = 128;

/** Events queued for one plain SUB peer before PUB drops. libzmq's own default. */
export const publishHighWaterMark = 1_000;

/**
 * Sockets of one context. libzmq's 1,023 would be 341 connections, since each takes three: itself and its monitor's two
 * ends.
 */
const maxSockets = 32_768;

/** "Never", as far as libzmq goes: a connection ends long before, and a socket does not outlive its connection. */
const neverMs = 3_600_000;

/** What a socket is made with. */
export interface SocketParts {
  readonly context: Context;
  readonly settings: ZmqSettings;
  readonly ipv6: boolean;
  /** Keys, where the transport has CURVE. */
  readonly curve?: CurveListening["socketOptions"] | CurveConnecting | undefined;
}

/** Creates a context whose sockets never keep the process from exiting. */
export function createContext(): Context {
  return new Context({ blocky: false, maxSockets });
}

/** Creates the socket of a connecting side. */
export function createDealer(parts: SocketParts): Dealer {
  return new Dealer({
    ...common(parts),
    sendHighWaterMark: highWaterMark,
    receiveHighWaterMark: highWaterMark,
    // With -1 or with `immediate`, libzmq throws away what had arrived and was not read yet when the peer goes, the
    // close notice among it (500 of 500 messages in a trial). Nothing is sent before the handshake, and the socket is
    // closed when its peer goes, so nothing can wait for another one.
    reconnectInterval: neverMs,
    immediate: false,
  });
}

/** Creates the socket of a listening side. */
export function createRouter(parts: SocketParts): Router {
  return new Router({
    ...common(parts),
    sendHighWaterMark: highWaterMark,
    receiveHighWaterMark: highWaterMark,
    // Without it, what cannot be sent is dropped silently.
    mandatory: true,
    // Core's heartbeats find a dead connection, but only libzmq can free its socket.
    heartbeatInterval: 5_000,
    heartbeatTimeout: 15_000,
  });
}

/** Creates the socket that plain SUB peers connect to. */
export function createPublisher(parts: SocketParts): Publisher {
  return new Publisher({ ...common(parts), sendHighWaterMark: publishHighWaterMark });
}

function common({ context, settings, ipv6, curve }: SocketParts) {
  return {
    ...curve,
    context,
    ipv6,
    linger: 0,
    // A send that cannot leave at once fails with EAGAIN instead of waiting, so none can be in the way of another.
    sendTimeout: 0,
    handshakeInterval: handshakeTimeoutMs,
    maxMessageSize: settings.maxMessageBytes,
  };
}
