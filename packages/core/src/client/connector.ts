import type { Clock, Random, Timer } from "../clock.js";
import { type ErrorCode, RpcError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { KindLogger } from "../logger.js";
import { toPeerLimits } from "../session/handshake.js";
import type { Safety } from "../session/safeties.js";
import { Session, type SessionOwner } from "../session/session.js";
import { createSharedParts, type SharedParts } from "../session/shared-parts.js";
import type { Connection, Receiver, Transport } from "../transport.js";
import { protocolVersion, type WelcomeFrame } from "../wire/frame.js";
import type { FrameSet } from "../wire/frame-set.js";
import { attemptTo } from "./attempt.js";
import { Backoff } from "./backoff.js";

/**
 * Where a client stands. `resuming`: the connection broke, the session may continue. `reset`: the session is lost, a
 * new one is being opened.
 */
export type ClientState = "connecting" | "online" | "resuming" | "reset" | "closed";

export interface ConnectorOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly logger: KindLogger;
  readonly connectTimeoutMs: number;
  readonly credentials: (() => unknown) | undefined;
  readonly without: Safety | undefined;
  readonly frames: FrameSet;
  /** Where to connect, tried in turn. */
  readonly targets: readonly { readonly url: URL; readonly transport: Transport }[];
}

export interface ConnectorListener extends Pick<SessionOwner, "room"> {
  /** A session begins, with that start of a server: the first, or one after a reset. Returns who hears it. */
  opened(session: Session, epoch: string): SessionListener;
  state(state: ClientState, reason: Error | undefined): void;
}

/** How long the server's close may be under way after its grace: it tells which calls never ran. */
const lastWordMs = 1_000;

/** How long a session must have lived for the next attempt after it to come soon. */
const steadyMs = 1_000;

/** Who hears one session. */
export interface SessionListener extends Pick<SessionOwner, "frame"> {
  /** The server accepted the credentials of a hello, for that many milliseconds; undefined without an end. */
  admitted(validMs: number | undefined): void;
  /** The session is over; nothing of it will be answered. */
  lost(reason: RpcError): void;
}

// Waiting does not mend these: the first attempt that meets one is the last.
const final = new Set<ErrorCode>([
  "invalid_argument",
  "unauthenticated",
  "permission_denied",
  "failed_precondition",
  "unimplemented",
]);

/** Keeps a client's session on a connection: connects, resumes after a break, and opens a new session after a loss. */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #listener: ConnectorListener;
  readonly #shared: SharedParts;
  readonly #backoff: Backoff;
  #sessionId: Uint8Array = new Uint8Array(16);
  #token: Uint8Array | undefined;
  #session: Session | undefined;
  /** Who hears it. */
  #heardBy: SessionListener | undefined;
  #state: ClientState = "connecting";
  /** Since when nothing can be sent, and what stood against it last; undefined while online. */
  #down: { readonly since: number; why: Error } | undefined;
  /** Sessions that take no new calls, until their calls are answered or the server's grace is over. */
  readonly #leaving = new Map<Session, Timer>();
  #turn = 0;
  /** When the session began. */
  #openedAt = 0;
  /** The target that the session is at. */
  #target = 0;
  /** Present while an attempt is under way. */
  #attempt: AbortController | undefined;
  /** Present while the next attempt is waited for. */
  #retry: Timer | undefined;
  #giveUp: Timer | undefined;
  /** Present until the first welcome. */
  #first: { resolve(): void; reject(error: RpcError): void; last: RpcError | undefined } | undefined;

  constructor(options: ConnectorOptions, listener: ConnectorListener) {
    this.#options = options;
    this.#listener = listener;
    this.#backoff = new Backoff(options.random);
    this.#shared = createSharedParts(options.clock, options.limits);
  }

  get state(): ClientState {
    return this.#state;
  }

  /** For messages of what waited in vain: `; the link has been down for …` and why; empty while online. */
  get obstacle(): string {
    if (this.#down === undefined) return "";
    const seconds = Math.round((this.#options.clock.now() - this.#down.since) / 1_000);
    return `; the link has been down for ${seconds} s: ${this.#down.why.message}`;
  }

  /** The session; undefined before the first welcome and after a loss. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** Resolves on the first welcome. Rejects `RpcError` when nobody answers in time, or at once when waiting is no use. */
  async start(): Promise<void> {
    const { clock, connectTimeoutMs } = this.#options;
    const timer = clock.timer(connectTimeoutMs, () => {
      const silence = this.#unavailable(`no answer within ${connectTimeoutMs} ms`);
      this.#first?.reject(this.#first.last ?? silence);
    });
    try {
      await new Promise<void>((resolve, reject) => {
        this.#first = { resolve, reject, last: undefined };
        void this.#connect();
      });
    } catch (error) {
      await this.close(RpcError.from(error, "unavailable"));
      throw error;
    } finally {
      this.#first = undefined;
      timer.clear();
    }
  }

  /** Ends the session, telling the server, and connects no more. Safe to call twice. */
  async close(reason: RpcError): Promise<void> {
    if (this.#state === "closed") return;
    this.#setState("closed", reason);
    this.#attempt?.abort();
    this.#retry?.clear();
    this.#giveUp?.clear();
    this.#first?.reject(reason);
    await Promise.all([this.#session, ...this.#leaving.keys()].map((session) => session?.close(reason)));
  }

  /**
   * The server takes no new calls in the session: the next one is opened, at the next URL, while this one lives until
   * `release`, or until the server's grace is over.
   */
  leave(graceMs: number): void {
    const session = this.#session;
    if (session === undefined || this.#state === "closed") return;
    this.#giveUp?.clear();
    this.#session = undefined;
    this.#token = undefined;
    const graceOver = () =>
      session.end(this.#unavailable(`calls were still running ${graceMs} ms after the server's goaway`));
    this.#leaving.set(session, this.#options.clock.timer(graceMs + lastWordMs, graceOver));
    this.#setState(
      "reset",
      this.#unavailable("the server is closing (goaway); new calls go to another session"),
    );
    // With one URL there is nowhere to go until the server is back.
    if (this.#options.targets.length > 1 && this.#attempt === undefined && this.#retry === undefined)
      void this.#connect();
    else this.#connectLater();
  }

  /** Nothing of a session that was left is waited for any more. */
  release(session: Session): void {
    if (this.#leaving.has(session))
      void session.close(new RpcError("cancelled", "its client moved to another session"));
  }

  // One attempt; never rejects. A failed one is followed by another until the client is closed.
  async #connect(): Promise<void> {
    this.#attempt = new AbortController();
    try {
      await this.#open(this.#attempt);
      this.#attempt = undefined;
      this.#first?.resolve();
      // It may have ended again inside the read that brought the welcome.
      if (this.#session?.attached !== true) this.#connectLater();
    } catch (reason) {
      this.#attempt = undefined;
      const error = RpcError.from(reason, "unavailable", { outcome: "not-executed" });
      if (this.#first !== undefined) {
        this.#first.last = error;
        if (final.has(error.code)) return this.#first.reject(error);
      } else if (this.#state !== "closed") {
        if (this.#down !== undefined) this.#down.why = error;
        this.#options.logger.warn(`connecting again failed: ${error.message}`, "connecting again");
      }
      this.#connectLater();
    }
  }

  #connectLater(): void {
    if (this.#state === "closed" || this.#attempt !== undefined || this.#retry !== undefined) return;
    this.#retry = this.#options.clock.timer(this.#backoff.next(), () => {
      this.#retry = undefined;
      void this.#connect();
    });
  }

  #open(attempt: AbortController): Promise<void> {
    const { limits, random, targets } = this.#options;
    const index = this.#turn++ % targets.length;
    let kept: Session | undefined;
    return attemptTo(targets[index]!, attempt, this.#options, {
      hello: (credentials) => {
        kept = this.#session;
        if (kept === undefined) this.#sessionId = random.bytes(16);
        return {
          type: "hello",
          protocol: protocolVersion,
          sessionId: this.#sessionId,
          token: kept === undefined ? undefined : this.#token,
          received: kept?.received ?? 0,
          limits: toPeerLimits(limits),
          features: [],
          credentials,
        };
      },
      welcomed: (connection, welcome) => {
        const receiver = this.#welcomed(connection, welcome, kept);
        this.#target = index;
        return receiver;
      },
      givenUp: () => this.#unavailable("the attempt was given up"),
    });
  }

  /** `asked` is the session that the hello spoke of. */
  #welcomed(connection: Connection, welcome: WelcomeFrame, asked: Session | undefined): Receiver {
    if (this.#state === "closed") throw this.#unavailable("the client was closed");
    // It was given up while the hello was under way, so the server resumed what nobody holds here.
    if (welcome.resumed && (asked === undefined || this.#session !== asked))
      throw this.#unavailable("the session was given up");
    this.#giveUp?.clear();
    if (asked !== undefined && welcome.resumed && asked.canContinueFrom(welcome.received)) {
      this.#backoff.reset();
      const receiver = asked.attach(connection, welcome.limits, welcome.received);
      this.#heardBy?.admitted(welcome.validMs);
      this.#setState("online", undefined);
      return receiver;
    }
    asked?.end(
      this.#unavailable(
        "the server no longer has the session: it was restarted, the session was away too long, or the credentials name somebody else now",
      ),
    );
    this.#token = welcome.token;
    const { session, opened } = this.#createSession(welcome);
    const receiver = session.attach(connection, welcome.limits, 0);
    // Before the state says so: what waits is sent as soon as it does.
    opened();
    this.#setState("online", undefined);
    return receiver;
  }

  #createSession(welcome: WelcomeFrame): { session: Session; opened(): void } {
    const { clock, limits, logger, random, without, frames } = this.#options;
    let listener: SessionListener | undefined;
    const session: Session = new Session(
      { clock, limits, logger, random, shared: this.#shared, frames, without },
      welcome.limits,
      {
        frame: (frame, sentAt) => listener?.frame(frame, sentAt),
        room: () => this.#listener.room(),
        broken: (reason) => this.#broken(session, reason),
        ended: (reason) => this.#ended(session, reason, listener),
      },
    );
    this.#session = session;
    this.#openedAt = clock.now();
    const opened = () => {
      listener = this.#listener.opened(session, welcome.epoch);
      this.#heardBy = listener;
      listener.admitted(welcome.validMs);
    };
    return { session, opened };
  }

  // A session that ends as soon as it is welcomed, such as one whose server breaks the protocol, is a failure too.
  #forgetFailures(): void {
    if (this.#options.clock.now() - this.#openedAt >= steadyMs) this.#backoff.reset();
  }

  #broken(session: Session, reason: Error): void {
    // A server that is closing takes nobody back.
    if (this.#leaving.has(session))
      return session.end(
        this.#unavailable(`connection lost while the server was closing: ${reason.message}`),
      );
    if (this.#state === "closed" || this.#session !== session) return;
    this.#forgetFailures();
    this.#setState("resuming", reason);
    const { clock, limits } = this.#options;
    // The server counts from when it last heard of us, so this side counts from when it last read.
    const retentionMs = Math.min(limits.sessionRetentionMs, session.peerLimits.sessionRetentionMs);
    this.#giveUp?.clear();
    this.#giveUp = clock.timer(session.lastReadAt + retentionMs - clock.now(), () => {
      session.end(this.#unavailable(`no connection for ${retentionMs} ms: ${reason.message}`));
    });
    // The server that has the session is the one to ask first.
    this.#turn = this.#target;
    this.#connectLater();
  }

  // Over: given up, ended by the server, or by a broken protocol; or closed, when the state says so already.
  #ended(session: Session, reason: RpcError, listener: SessionListener | undefined): void {
    const graceTimer = this.#leaving.get(session);
    if (graceTimer !== undefined) {
      graceTimer.clear();
      this.#leaving.delete(session);
      listener?.lost(reason);
      return;
    }
    if (this.#session !== session) return;
    this.#forgetFailures();
    this.#giveUp?.clear();
    this.#session = undefined;
    this.#token = undefined;
    if (this.#state !== "closed") this.#setState("reset", reason);
    listener?.lost(reason);
    this.#connectLater();
  }

  #setState(state: ClientState, reason: Error | undefined): void {
    if (this.#state === state) return;
    this.#state = state;
    if (reason === undefined) this.#down = undefined;
    else this.#down = { since: this.#down?.since ?? this.#options.clock.now(), why: reason };
    this.#listener.state(state, reason);
  }

  #unavailable(message: string): RpcError {
    const urls = this.#options.targets.map(({ url }) => url.href).join(", ");
    return new RpcError("unavailable", `${urls}: ${message}`, { outcome: "not-executed" });
  }
}
