import type { Clock, Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import { toErrorBody } from "../wire/error-frame.js";
import type { RefreshedFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { ValidIdentity } from "./valid-until.js";

export interface SessionIdentityOptions {
  readonly clock: Clock;
  /** What its first hello showed. */
  readonly admitted: ValidIdentity;
  /** Longest that a decision about new credentials may take. */
  readonly timeoutMs: number;
  /** Decides about new credentials. */
  admit(credentials: unknown): Promise<ValidIdentity>;
  /** Whether both name the same caller. */
  isSame(one: unknown, other: unknown): boolean;
  /** Tells the client. */
  answer(frame: RefreshedFrame): void;
  /** The same caller, of whom something else is known now. */
  changed(): void;
  /** It may not go on. */
  end(reason: RpcError): void;
}

/**
 * Who the caller of a session is, and until when that holds. Fails closed: a session ends when its credentials do, when
 * new ones are refused, and when they name somebody else.
 */
export class SessionIdentity {
  readonly #options: SessionIdentityOptions;
  #admitted: ValidIdentity;
  #expiry: Timer | undefined;
  #deciding = false;
  #over = false;

  constructor(options: SessionIdentityOptions) {
    this.#options = options;
    this.#admitted = options.admitted;
    this.#watch();
  }

  /** What `authenticate` returned last. */
  get value(): unknown {
    return this.#admitted.identity;
  }

  /** Milliseconds for which it holds, as the client is told; undefined without an end. */
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
    const before = this.value;
    this.#admitted = admitted;
    this.#watch();
    if (!Object.is(before, admitted.identity)) this.#options.changed();
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
    const { answer, isSame, end } = this.#options;
    try {
      const admitted = await this.#admit(credentials);
      if (this.#over) return;
      this.#deciding = false;
      if (!isSame(this.value, admitted.identity))
        return end(new RpcError("unauthenticated", "the new credentials name somebody else"));
      this.renew(admitted);
      answer({ type: "refreshed", validMs: this.validMs });
    } catch (reason) {
      if (this.#over) return;
      this.#deciding = false;
      const error = RpcError.from(reason, "unavailable");
      // That nobody could decide says nothing about the caller: what was shown before holds until it ends.
      if (error.code === "unavailable") answer({ type: "refreshed", error: toErrorBody(error) });
      else end(error);
    }
  }

  #admit(credentials: unknown): Promise<ValidIdentity> {
    const { clock, timeoutMs, admit } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = clock.timer(timeoutMs, () =>
        reject(new RpcError("unavailable", `no decision about the credentials within ${timeoutMs} ms`)),
      );
      admit(credentials)
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
      else this.#options.end(new RpcError("unauthenticated", "the credentials have expired"));
    });
  }
}
