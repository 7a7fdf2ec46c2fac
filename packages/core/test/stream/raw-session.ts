import { defaultLimits, systemClock, systemRandom, type Transport } from "@rpc/core";
import { maxHandshakePacketBytes } from "../../src/limits.js";
import { silentLogger } from "../../src/logger.js";
import { receiveHello, sayHello, sendHandshake, toPeerLimits } from "../../src/session/handshake.js";
import { Session } from "../../src/session/session.js";
import { createSharedParts } from "../../src/session/shared-parts.js";
import { everyFrame } from "../../src/testing/every-frame.js";
import { protocolVersion, type SessionFrame } from "../../src/wire/frame.js";

/** One end of a session that says what a test tells it to: a peer that need not keep to the protocol. */
export interface RawSession {
  readonly session: Session;
  /** Frames of the other side, in order. */
  readonly frames: SessionFrame[];
  /** What the other side ended the session with. */
  readonly ended: Promise<string>;
}

const limits = toPeerLimits(defaultLimits);
const handshake = { clock: systemClock, limits: defaultLimits, frames: everyFrame, timeoutMs: 1_000 };

/** A client that only speaks frames. */
export async function connectRaw(transport: Transport, url: string): Promise<RawSession> {
  const connection = await transport.connect(new URL(url), {
    clock: systemClock,
    logger: silentLogger,
    maxPacketBytes: maxHandshakePacketBytes,
    packetTimeoutMs: 1_000,
    signal: new AbortController().signal,
  });
  const raw = createRaw();
  const hello = {
    type: "hello",
    protocol: protocolVersion,
    sessionId: systemRandom.bytes(16),
    received: 0,
    limits,
    features: [],
  } as const;
  await sayHello(connection, hello, handshake, (welcome) =>
    raw.session.attach(connection, welcome.limits, 0),
  );
  return raw;
}

/** A server that only speaks frames, to one client. */
export async function listenRaw(transport: Transport, url: string): Promise<RawSession> {
  const raw = createRaw();
  const options = {
    clock: systemClock,
    logger: silentLogger,
    maxPacketBytes: maxHandshakePacketBytes,
    packetTimeoutMs: 1_000,
    maxConnections: 10,
    maxConnectionsPerAddress: 10,
    plain: undefined as never,
  };
  await transport.listen(new URL(url), options, (connection) => {
    const welcome = async () => () => {
      const token = systemRandom.bytes(16);
      sendHandshake(
        connection,
        {
          type: "welcome",
          protocol: protocolVersion,
          epoch: "raw",
          resumed: false,
          token,
          received: 0,
          limits,
          features: [],
        },
        handshake,
      );
      return raw.session.attach(connection, limits, 0);
    };
    receiveHello(connection, handshake, welcome, () => {});
  });
  return raw;
}

function createRaw(): RawSession {
  const frames: SessionFrame[] = [];
  let tell = (_message: string): void => {};
  const ended = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const session = new Session(
    {
      clock: systemClock,
      limits: defaultLimits,
      logger: silentLogger,
      random: systemRandom,
      shared: createSharedParts(systemClock, defaultLimits),
      frames: everyFrame,
    },
    limits,
    { frame: (frame) => frames.push(frame), room() {}, broken() {}, ended: (reason) => tell(reason.message) },
  );
  return { session, frames, ended };
}
