import type { Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Session } from "../session/session.js";
import { fromErrorBody } from "../wire/error-frame.js";
import type { RefreshedFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { askCredentials } from "./ask-credentials.js";
import { type CredentialEndOptions, leastRefreshMs, showAnewMs } from "./credential-end.js";

export interface CredentialRefreshOptions extends CredentialEndOptions {
  /** Longest that one refresh may take. */
  readonly timeoutMs: number;
}

/** The answer that the server owes. */
interface Owed {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: RpcError): void;
}

/** Shows the server new credentials of a session, when asked to and in time before those it has end. */
export class CredentialRefresh {
  readonly #session: Session;
  readonly #options: CredentialRefreshOptions;
  #running: Promise<void> | undefined;
  /** The next one, for those who asked meanwhile. */
  #after: Promise<void> | undefined;
  #owed: Owed | undefined;
  #next: Timer | undefined;
  /** When the credentials end, by the clock. */
  #until = Infinity;
  #ended: RpcError | undefined;

  constructor(session: Session, options: CredentialRefreshOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** What was shown holds for that long; undefined without an end. */
  holds(validMs: number | undefined): void {
    this.#next?.clear();
    this.#until = this.#options.clock.now() + (validMs ?? Infinity);
    if (validMs === undefined || this.#ended !== undefined) return;
    const ms = showAnewMs(validMs, this.#options);
    if (ms !== undefined) this.#tryAfter(ms);
  }

  /** Asks the program for credentials and shows them. Rejects `RpcError`. */
  refresh(): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    // What is under way may show what the program had before: whoever asks meanwhile gets one more, for all of them.
    if (this.#running !== undefined) {
      this.#after ??= this.#running.then(noop, noop).then(() => {
        this.#after = undefined;
        return this.refresh();
      });
      return this.#after;
    }
    this.#running = this.#within(this.#show()).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** The server answered. */
  refreshed({ validMs, error }: RefreshedFrame): void {
    const owed = this.#owed;
    if (owed === undefined) throw new ProtocolError("refreshed, but nothing was to be");
    this.#owed = undefined;
    if (error !== undefined) return owed.reject(fromErrorBody(error));
    this.holds(validMs);
    owed.resolve();
  }

  /** The session is over. */
  ended(reason: RpcError): void {
    this.#ended = reason;
    this.#next?.clear();
    this.#owed?.reject(reason);
  }

  async #show(): Promise<void> {
    // One that was given up here is still to be answered: the server takes the next when that is done.
    await this.#owed?.promise.catch(() => {});
    const credentials = await askCredentials(this.#options.credentials);
    if (this.#ended !== undefined) throw this.#ended;
    const owed = createOwed();
    this.#session.send({ type: "refresh", credentials });
    this.#owed = owed;
    return owed.promise;
  }

  #within(shown: Promise<void>): Promise<void> {
    const { clock, timeoutMs } = this.#options;
    if (timeoutMs === Infinity) return shown;
    return new Promise((resolve, reject) => {
      const timer = clock.timer(timeoutMs, () =>
        reject(
          new RpcError("deadline_exceeded", `the credentials were not refreshed within ${timeoutMs} ms`),
        ),
      );
      shown.then(resolve, reject).finally(() => timer.clear());
    });
  }

  #tryAfter(ms: number): void {
    this.#next = this.#options.clock.timer(Math.max(ms, leastRefreshMs), () => {
      this.refresh().catch((error: Error) => this.#failed(error));
    });
  }

  // Until the end there is time for some more attempts; then the server says what it thinks of it.
  #failed(error: Error): void {
    const leftMs = this.#until - this.#options.clock.now();
    if (this.#ended !== undefined || leftMs <= 0) return;
    this.#options.logger.warn(
      `the credentials could not be refreshed, which end in ${Math.round(leftMs)} ms: ${error.message}`,
    );
    this.#next?.clear();
    this.#tryAfter(leftMs / 5);
  }
}

const noop = () => {};

function createOwed(): Owed {
  let settle!: Pick<Owed, "resolve" | "reject">;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Who waited may have given up.
  promise.catch(() => {});
  return { promise, ...settle };
}
