import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import { toHex } from "../hex.js";
import type { Limits } from "../limits.js";
import type { KindLogger } from "../logger.js";
import { type HandshakeOptions, receiveHello, sendHandshake, toPeerLimits } from "../session/handshake.js";
import type { Connection, Receiver } from "../transport.js";
import { type HelloFrame, protocolVersion } from "../wire/frame.js";
import { serverFrames } from "../wire/server-frames.js";
import type { Authenticator } from "./authenticator.js";
import type { ServedSession } from "./served-session.js";
import type { SessionTable } from "./session-table.js";
import type { ValidIdentity } from "./valid-until.js";

export interface ReceptionOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: KindLogger;
  readonly epoch: string;
  readonly authenticator: Authenticator;
  readonly sessions: SessionTable;
  /** Whether connections are taken. */
  open(): boolean;
  /** Whether no session begins or goes on. */
  draining(): boolean;
  /** Whether both name the same caller. */
  isSame(one: unknown, other: unknown): boolean;
  /** Makes a session, and keeps it in the table. */
  createSession(id: string, hello: HelloFrame, admitted: ValidIdentity): ServedSession;
}

/** Takes connections: hears their hello, finds out who they are, and resumes their session or begins one. */
export class Reception {
  readonly #options: ReceptionOptions;
  /** One for all connections: each keeps it. */
  readonly #handshake: HandshakeOptions;
  readonly #connections = new Set<Connection>();

  constructor(options: ReceptionOptions) {
    this.#options = options;
    const { clock, limits } = options;
    this.#handshake = {
      clock,
      limits,
      frames: serverFrames,
      timeoutMs: limits.handshakeTimeoutMs,
      ended: (connection) => this.#connections.delete(connection),
    };
  }

  /** Connections that are open, with a session or on their way to one. */
  get size(): number {
    return this.#connections.size;
  }

  /** A connection was made. */
  accept(connection: Connection): void {
    if (!this.#options.open() || this.#connections.size >= this.#options.limits.maxConnections) {
      void connection.close();
      return;
    }
    this.#connections.add(connection);
    const { logger } = this.#options;
    receiveHello(
      connection,
      this.#handshake,
      (hello) => this.#decide(connection, hello),
      (reason) => {
        this.#connections.delete(connection);
        logger.info(
          `connection from ${connection.peer.address ?? connection.peer.scheme} refused: ${reason.message}`,
          "refused connections",
        );
      },
    );
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.close()));
  }

  async #decide(connection: Connection, hello: HelloFrame): Promise<() => Receiver> {
    const admitted = await this.#options.authenticator.admit(hello.credentials, connection.peer);
    // What follows is decided when it is done: others may have come while `authenticate` made up its mind.
    return () => this.#welcome(connection, hello, admitted);
  }

  #welcome(connection: Connection, hello: HelloFrame, admitted: ValidIdentity): Receiver {
    const { limits, epoch, sessions, isSame, createSession } = this.#options;
    const id = toHex(hello.sessionId);
    const kept = this.#findKept(id, hello.token);
    const same = kept !== undefined && isSame(kept.caller.identity, admitted.identity);
    const resumed = same && kept.session.open && kept.session.canContinueFrom(hello.received);
    if (!resumed) {
      const why = kept !== undefined && !same ? "as somebody else" : "without it";
      kept?.session.end(refused("unavailable", `its client came back ${why}`));
    }
    const served = resumed ? kept : createSession(id, hello, admitted);
    // The same caller, with what `authenticate` says of it now.
    if (resumed) served.caller.renew(admitted);
    sendHandshake(
      connection,
      {
        type: "welcome",
        protocol: protocolVersion,
        epoch,
        resumed,
        token: served.token,
        received: served.session.received,
        limits: toPeerLimits(limits),
        features: [],
        validMs: served.caller.validMs,
      },
      this.#handshake,
    );
    // The client is here, so an older connection of its session is a dead one.
    if (resumed) served.session.break(new Error("its client came by another connection"));
    sessions.attached(id);
    return served.session.attach(connection, hello.limits, resumed ? hello.received : 0);
  }

  /** The session that a hello resumes; undefined when it asks for a new one. Throws `RpcError` when it may have neither. */
  #findKept(id: string, token: Uint8Array | undefined): ServedSession | undefined {
    const { limits, sessions, draining } = this.#options;
    if (draining()) throw refused("unavailable", "the server takes no new sessions");
    const kept = token === undefined ? undefined : sessions.find(id, token);
    if (kept !== undefined) return kept;
    if (sessions.has(id)) throw refused("unauthenticated", "the session belongs to somebody else");
    if (sessions.size < limits.maxSessions || sessions.makeRoom()) return undefined;
    throw refused("resource_exhausted", `${limits.maxSessions} sessions exist already (maxSessions)`);
  }
}

function refused(code: "unavailable" | "unauthenticated" | "resource_exhausted", message: string): RpcError {
  return new RpcError(code, message, { outcome: "not-executed" });
}
