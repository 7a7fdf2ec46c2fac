import type { Session } from "../session/session.js";
import type { SessionFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { PartsOfSession } from "./call-parts.js";
import type { ClientParts, ClientSeams } from "./client-parts.js";
import type { CredentialRefresh } from "./credential-refresh.js";
import type { OnewayCredit } from "./oneway-credit.js";
import type { SentCalls } from "./sent-calls.js";

export interface ClientSessionOptions {
  readonly client: ClientSeams;
  readonly clientParts: ClientParts;
  readonly refresh: CredentialRefresh | undefined;
  readonly credentials: SessionCredentials;
  /** The server takes no new calls in it, and ends it after that long. */
  goaway(graceMs: number): void;
  /** A call was answered, or a callback given back: it may be idle now. */
  answered(): void;
}

/** What shows the server new credentials of one session in time. */
export type SessionCredentials = Pick<CredentialRefresh, "holds" | "ended">;

/**
 * A session at the client: its calls, streams, callbacks and credit. Frames of it find here what they belong to, also
 * while it lives on beside the next one after a goaway.
 */
export class ClientSession {
  readonly sent: SentCalls;
  /** The start of the server that it is with. */
  readonly epoch: string;
  readonly client: ClientSeams;
  readonly credentials: SessionCredentials;
  /** Of the client's part `refresh`. */
  readonly refresh: CredentialRefresh | undefined;
  readonly answered: () => void;
  /** Of the client's part `streams`, when there was any. */
  parts: PartsOfSession | undefined;
  /** Of the client's part `oneway`, when there was a call. */
  onewayCredit: OnewayCredit | undefined;
  readonly #options: ClientSessionOptions;

  constructor(sent: SentCalls, epoch: string, options: ClientSessionOptions) {
    this.sent = sent;
    this.epoch = epoch;
    this.client = options.client;
    this.credentials = options.credentials;
    this.refresh = options.refresh;
    this.answered = options.answered;
    this.#options = options;
  }

  get session(): Session {
    return this.sent.session;
  }

  /** Functions that the server may call. */
  get callbacks(): number {
    return this.parts?.callbacks.size ?? 0;
  }

  /** Whether nothing of it is waited for, and nobody at the server can call back. */
  get idle(): boolean {
    return this.sent.size === 0 && this.callbacks === 0 && this.onewayCredit?.idle !== false;
  }

  frame(frame: SessionFrame, sentAt: number): void {
    switch (frame.type) {
      case "reply":
        this.client.calls.resolve(this.sent, frame.id, frame.value);
        return this.answered();
      case "error":
        return this.#error(frame);
      case "used":
        return this.sent.refs.used(frame.ref, frame.equal, frame.wanted === true);
      case "goaway":
        return this.#options.goaway(frame.graceMs);
      default:
        if (!this.#options.clientParts.hear(frame, this, sentAt))
          throw new ProtocolError(`${frame.type} from a server`);
    }
  }

  /** There may be room in the send buffer again. */
  room(): void {
    this.parts?.callbacks.room();
    this.parts?.streams.room();
  }

  #error(frame: SessionFrame & { type: "error" }): void {
    // No call has the id 0: a one-way call was refused, and whoever made it no longer waits.
    if (frame.id === 0)
      return void this.client.failures.logger.warn(
        `a one-way call was refused: ${frame.code}: ${frame.message}`,
        "one-way calls that were refused",
      );
    this.client.calls.reject(this.sent, frame.id, frame);
    this.answered();
  }
}
