import type { Clock, Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { Session } from "../session/session.js";
import type { Peer } from "../transport.js";
import { toErrorBody } from "../wire/error-frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { ConnectedCaller } from "./running-calls.js";
import type { ValidIdentity } from "./valid-until.js";

/** What the callers of all sessions of a server share. */
export interface SessionCallerOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  /** Decides about credentials that a client shows later. */
  admit(credentials: unknown, peer: Peer): Promise<ValidIdentity>;
  /** Whether both name the same caller. */
  isSame(one: unknown, other: unknown): boolean;
}

/** The session that somebody calls in. */
export interface CalledSession {
  readonly session: Session;
  /** The same caller, of whom something else is known now. */
  identityChanged(): void;
}

/**
 * Who calls in one session, as of now, and until when that holds. Fails closed: a session ends when its credentials do,
 * when new ones are refused, and when they name somebody else.
 */
export class SessionCaller implements ConnectedCaller {
  readonly sessionId: string;
  readonly #of: CalledSession;
  readonly #options: SessionCallerOptions;
  #admitted: ValidIdentity;
  #expiry: Timer | undefined;
  #deciding = false;
  #over = false;

  /** `admitted`: what its first hello showed. */
  constructor(sessionId: string, of: CalledSession, options: SessionCallerOptions, admitted: ValidIdentity) {
    this.sessionId = sessionId;
    this.#of = of;
    this.#options = options;
    this.#admitted = admitted;
    this.#watch();
  }

  /** What `authenticate` returned last. */
  get identity(): unknown {
    return this.#admitted.identity;
  }

  get peer(): Peer | undefined {
    return this.#of.session.peer;
  }

  /** Milliseconds for which its identity holds, as the client is told; undefined without an end. */
  get validMs(): number | undefined {
    const { untilMs } = this.#admitted;
    if (untilMs === Infinity) return undefined;
    return Math.min(
      Math.max(0, Math.floor(untilMs - this.#options.clock.wallTime())),
      Number.MAX_SAFE_INTEGER,
    );
  }

  /** The same caller showed credentials again. */
  renew(admitted: ValidIdentity): void {
    const before = this.identity;
    this.#admitted = admitted;
    this.#watch();
    if (!Object.is(before, admitted.identity)) this.#of.identityChanged();
  }

  /** New credentials came. One decision at a time: a client waits for the answer. */
  refresh(credentials: unknown): void {
    if (this.#deciding) throw new ProtocolError("refresh before the last one was answered");
    this.#deciding = true;
    void this.#decide(credentials);
  }

  /** The session is over. */
  close(): void {
    this.#over = true;
    this.#expiry?.clear();
  }

  // Never rejects.
  async #decide(credentials: unknown): Promise<void> {
    const { session } = this.#of;
    try {
      const admitted = await this.#admit(credentials);
      if (this.#over) return;
      this.#deciding = false;
      if (!this.#options.isSame(this.identity, admitted.identity))
        return this.#end(new RpcError("unauthenticated", "the new credentials name somebody else"));
      this.renew(admitted);
      session.send({ type: "refreshed", validMs: this.validMs });
    } catch (reason) {
      if (this.#over) return;
      this.#deciding = false;
      const error = RpcError.from(reason, "unavailable");
      // That nobody could decide says nothing about the caller: what was shown before holds until it ends.
      if (error.code === "unavailable") session.send({ type: "refreshed", error: toErrorBody(error) });
      else this.#end(error);
    }
  }

  #admit(credentials: unknown): Promise<ValidIdentity> {
    const { clock, limits, admit } = this.#options;
    const { handshakeTimeoutMs } = limits;
    return new Promise((resolve, reject) => {
      const timer = clock.timer(handshakeTimeoutMs, () =>
        reject(
          new RpcError("unavailable", `no decision about the credentials within ${handshakeTimeoutMs} ms`),
        ),
      );
      admit(credentials, this.peer!)
        .then(resolve, reject)
        .finally(() => timer.clear());
    });
  }

  // Looked at again when the timer fires: the wall's clock may have been set, and timers do not reach weeks ahead.
  #watch(): void {
    this.#expiry?.clear();
    const { validMs } = this;
    if (validMs === undefined || this.#over) return;
    this.#expiry = this.#options.clock.timer(validMs, () => {
      if (this.validMs! > 0) this.#watch();
      else this.#end(new RpcError("unauthenticated", "the credentials have expired"));
    });
  }

  #end(reason: RpcError): void {
    void this.#of.session.close(reason);
  }
}
