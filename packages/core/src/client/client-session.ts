import { LocalCallbacks } from "../callback/local-callbacks.js";
import type { Clock } from "../clock.js";
import type { FailureReport } from "../failure.js";
import type { Limits } from "../limits.js";
import type { Session } from "../session/session.js";
import { SessionStreams } from "../stream/session-streams.js";
import type { SessionFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { PartsOfSession } from "./call-parts.js";
import { CredentialRefresh, type CredentialRefreshOptions } from "./credential-refresh.js";
import type { OnewayCalls } from "./oneway-calls.js";
import { OnewayCredit } from "./oneway-credit.js";
import type { PendingCalls } from "./pending-calls.js";
import type { SentCalls } from "./sent-calls.js";
import type { Subscriptions } from "./subscriptions.js";

export interface ClientSessionOptions {
  readonly calls: PendingCalls;
  readonly oneways: OnewayCalls;
  readonly subscriptions: Subscriptions;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly failures: FailureReport;
  /** The server takes no new calls in it, and ends it after that long. */
  goaway(graceMs: number): void;
  readonly refresh: CredentialRefreshOptions;
  /** A call was answered, or a callback given back: it may be idle now. */
  answered(): void;
}

/**
 * A session at the client: its calls, streams, callbacks and credit. Frames of it find here what they belong to, also
 * while it lives on beside the next one after a goaway.
 */
export class ClientSession implements PartsOfSession {
  readonly sent: SentCalls;
  readonly streams: SessionStreams;
  readonly callbacks: LocalCallbacks;
  readonly onewayCredit: OnewayCredit;
  readonly credentials: CredentialRefresh;
  readonly #options: ClientSessionOptions;

  constructor(sent: SentCalls, options: ClientSessionOptions) {
    const { session } = sent;
    const { clock, limits, failures } = options;
    this.sent = sent;
    this.#options = options;
    this.credentials = new CredentialRefresh(session, options.refresh);
    this.callbacks = new LocalCallbacks(session, clock, limits, failures);
    this.onewayCredit = new OnewayCredit(session.peerLimits.maxRunningCalls);
    this.streams = new SessionStreams(session, clock, ({ type, id, stream }) => {
      // What the server sends of a call comes before its answer, but may cross the leaving of its caller, and credit
      // the end of an argument's stream.
      if (sent.find(id) === undefined || type !== "items") return;
      throw new ProtocolError(`items of stream ${stream} of call ${id}, which is not open`);
    });
  }

  get session(): Session {
    return this.sent.session;
  }

  get failures(): FailureReport {
    return this.#options.failures;
  }

  /** Whether nothing of it is waited for, and nobody at the server can call back. */
  get idle(): boolean {
    return this.sent.size === 0 && this.callbacks.size === 0 && this.onewayCredit.idle;
  }

  frame(frame: SessionFrame, sentAt: number): void {
    const { calls, oneways, subscriptions } = this.#options;
    switch (frame.type) {
      case "reply":
        calls.resolve(this.sent, frame.id, frame.value);
        return this.#options.answered();
      case "error":
        return this.#error(frame);
      case "outcome":
        calls.outcome(this.sent, frame);
        return this.#options.answered();
      case "items":
        return this.streams.items(frame);
      case "end":
        return this.streams.end(frame);
      case "credit":
        if (frame.id !== 0) return this.streams.credit(frame);
        this.onewayCredit.grant(frame.items);
        oneways.pump();
        return this.#options.answered();
      case "callback":
        return this.callbacks.call(frame, sentAt);
      case "release":
        this.callbacks.release(frame.callback);
        return this.#options.answered();
      case "events":
        return subscriptions.events(frame);
      case "gap":
        return subscriptions.gap(frame);
      case "mark":
        return subscriptions.mark(frame);
      case "subscribed":
        return subscriptions.confirmed(frame);
      case "unsubscribed":
        return subscriptions.ended(frame);
      case "used":
        return this.sent.refs.used(frame.ref, frame.equal, frame.wanted === true);
      case "refreshed":
        return this.credentials.refreshed(frame);
      case "goaway":
        return this.#options.goaway(frame.graceMs);
      default:
        throw new ProtocolError(`${frame.type} from a server`);
    }
  }

  /** There may be room in the send buffer again. */
  room(): void {
    this.callbacks.room();
    this.streams.room();
  }

  #error(frame: SessionFrame & { type: "error" }): void {
    const { calls, failures } = this.#options;
    // No call has the id 0: a one-way call was refused, and whoever made it no longer waits.
    if (frame.id === 0)
      return void failures.logger.warn(
        `a one-way call was refused: ${frame.code}: ${frame.message}`,
        "one-way calls that were refused",
      );
    calls.reject(this.sent, frame.id, frame);
    this.#options.answered();
  }
}
