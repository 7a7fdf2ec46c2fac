import type { Clock, Random } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Target } from "../find-transport.js";
import type { Limits } from "../limits.js";
import type { KindLogger } from "../logger.js";
import type { Safety } from "../session/safeties.js";
import type { Session } from "../session/session.js";
import { createClientFrames } from "../wire/client-frames.js";
import type { ClientPart } from "./client-part.js";
import { ClientParts, type ClientSeams, type PartSlots } from "./client-parts.js";
import { ClientSession } from "./client-session.js";
import { type ClientState, Connector, type SessionListener } from "./connector.js";
import type { CredentialRefreshOptions } from "./credential-refresh.js";
import { CredentialReturn } from "./credential-return.js";
import { notExecuted } from "./not-executed.js";
import { PendingCalls } from "./pending-calls.js";
import type { SentCalls } from "./sent-calls.js";

export interface ClientSessionsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly logger: KindLogger;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly credentials: (() => unknown) | undefined;
  readonly targets: readonly Target[];
  readonly without: Safety | undefined;
  /** The state changed; what it means for calls is done. */
  changed(state: ClientState, reason: Error | undefined): void;
}

/**
 * The sessions of a client, and what lives in them: the one that takes new calls, and those that were left after a
 * goaway, until their calls are answered.
 */
export class ClientSessions implements ClientSeams {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly timeoutMs: number;
  readonly failures: ClientSeams["failures"];
  readonly calls: PendingCalls;
  readonly connector: Connector;
  readonly parts: ClientParts;
  readonly slots: PartSlots;
  readonly #options: ClientSessionsOptions;
  readonly #all = new Map<SentCalls, ClientSession>();
  #current: ClientSession | undefined;

  constructor(options: ClientSessionsOptions) {
    const { clock, random, limits, logger, timeoutMs } = options;
    const frames = createClientFrames();
    this.#options = options;
    this.clock = clock;
    this.random = random;
    this.limits = limits;
    this.timeoutMs = timeoutMs;
    this.failures = { logger, random, exposeErrors: false };
    this.parts = new ClientParts(frames);
    this.slots = this.parts.slots;
    const { maxQueuedCalls } = limits;
    this.calls = new PendingCalls({
      clock,
      random,
      maxQueuedCalls,
      slots: () => this.#room,
      obstacle: () => this.obstacle(),
    });
    this.connector = new Connector(
      { ...options, frames },
      {
        opened: (session, epoch) => this.#opened(session, epoch),
        room: () => this.#pump(),
        state: (state, reason) => this.#changed(state, reason),
      },
    );
  }

  get credentialOptions(): CredentialRefreshOptions {
    return this.#options;
  }

  /** The session that takes new calls; undefined without one. */
  get current(): ClientSession | undefined {
    return this.#current;
  }

  get taker(): ClientSession | undefined {
    return this.#room > 0 ? this.#current : undefined;
  }

  /** Functions that servers may call. */
  get callbacks(): number {
    let sum = 0;
    for (const { callbacks } of this.#all.values()) sum += callbacks;
    return sum;
  }

  obstacle(): string {
    return this.connector.obstacle;
  }

  of(sent: SentCalls): ClientSession {
    return this.#all.get(sent)!;
  }

  /** Does these as well from now on. */
  take(parts: readonly ClientPart[] = []): void {
    this.parts.take(parts, this);
  }

  #opened(session: Session, epoch: string): SessionListener {
    const sent = this.calls.open(session);
    const opened = this.#create(sent, epoch);
    this.#all.set(sent, opened);
    this.#current = opened;
    this.slots.events?.attach(opened);
    this.#pump();
    this.#releaseLeft();
    return {
      admitted: (validMs) => opened.credentials.holds(validMs),
      frame: (frame, sentAt) => opened.frame(frame, sentAt),
      lost: (reason) => this.#lost(reason, opened),
    };
  }

  #create(sent: SentCalls, epoch: string): ClientSession {
    const refresh = this.slots.refresh?.of(sent.session);
    const opened: ClientSession = new ClientSession(sent, epoch, {
      client: this,
      clientParts: this.parts,
      refresh,
      credentials: refresh ?? new CredentialReturn(sent.session, this.#options),
      goaway: (graceMs) => this.#leave(opened, graceMs),
      answered: () => {
        if (this.#current !== opened) this.#releaseLeft();
      },
    });
    return opened;
  }

  /** How many calls the server runs at once; 0 while there is nobody to send to. */
  get #room(): number {
    const session = this.#current?.session;
    if (session === undefined || this.connector.state !== "online" || !session.hasRoom) return 0;
    return session.peerLimits.maxRunningCalls;
  }

  /** Goaway: what runs goes on where it is, what comes goes to the next session, and subscriptions follow there. */
  #leave(session: ClientSession, graceMs: number): void {
    if (this.#current !== session) return;
    this.#current = undefined;
    this.calls.leave();
    this.connector.leave(graceMs);
  }

  // Subscriptions stay in a session that was left until there is another for them.
  #releaseLeft(): void {
    if (this.#current === undefined) return;
    for (const left of this.#all.values())
      if (left !== this.#current && left.idle) this.connector.release(left.session);
  }

  #lost(reason: RpcError, lost: ClientSession): void {
    const { sent, credentials } = lost;
    const closed = this.connector.state === "closed";
    credentials.ended(reason);
    this.#all.delete(sent);
    if (this.#current === lost) this.#current = undefined;
    this.slots.events?.subscriptions.detach(sent.session);
    const code = closed ? "cancelled" : "unavailable";
    // A session that ended by a broken protocol may have been broken by one of its calls, which must not come back.
    const final = closed || reason.code === "invalid_argument";
    this.calls.lost(
      sent,
      ({ name, details }, outcome) =>
        new RpcError(code, `${name}: ${reason.message}`, { outcome, details, cause: reason }),
      final,
    );
  }

  #pump(): void {
    this.calls.pump();
    this.slots.oneway?.pump();
    for (const session of this.#all.values()) session.room();
  }

  #changed(state: ClientState, reason: Error | undefined): void {
    this.slots.events?.subscriptions.linkChanged();
    if (state === "online") this.#pump();
    this.#options.changed(state, reason);
    if (state !== "closed") return;
    const closed = ({ name }: { readonly name: string }) =>
      notExecuted("cancelled", `${name}: the client was closed`);
    this.calls.rejectQueued(closed);
    this.slots.oneway?.rejectQueued(closed);
    this.slots.events?.subscriptions.close(notExecuted("cancelled", "the client was closed"));
  }
}
