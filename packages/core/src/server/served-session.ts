import { RemoteCallbacks } from "../callback/remote-callbacks.js";
import type { RpcError } from "../errors.js";
import { Session, type SessionOptions, type SessionOwner } from "../session/session.js";
import type { PeerLimits, SessionFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { Dispatcher, type DispatcherOptions } from "./dispatcher.js";
import type { Caller } from "./running-calls.js";
import { SessionSubscriptions, type TopicLogs } from "./session-subscriptions.js";

export interface ServedSessionOptions
  extends SessionOptions,
    Omit<DispatcherOptions, "caller" | "callbacks" | "beforeReply" | "clock" | "limits"> {
  readonly logs: TopicLogs;
  readonly id: string;
  readonly identity: unknown;
  readonly token: Uint8Array;
  readonly peerLimits: PeerLimits;
}

/** A session at the server: its calls and its subscriptions. */
export class ServedSession {
  readonly session: Session;
  /** What a client shows to resume it. */
  readonly token: Uint8Array;
  readonly identity: unknown;
  readonly calls: Dispatcher;
  readonly callbacks: RemoteCallbacks;
  readonly subscriptions: SessionSubscriptions;

  constructor(options: ServedSessionOptions, listener: Pick<SessionOwner, "broken" | "ended">) {
    const { identity, peerLimits, logs, clock, limits } = options;
    this.token = options.token;
    this.identity = identity;
    const session = new Session(options, peerLimits, {
      frame: (frame, sentAt) => this.#frame(frame, sentAt),
      room: () => this.#room(),
      broken: listener.broken,
      ended: (reason) => {
        this.#ended(reason);
        listener.ended(reason);
      },
    });
    const caller: Caller = {
      identity,
      sessionId: options.id,
      get peer() {
        return session.peer;
      },
    };
    this.session = session;
    this.subscriptions = new SessionSubscriptions(session, logs, clock, limits);
    this.callbacks = new RemoteCallbacks(session, clock, limits);
    const { callbacks } = this;
    this.calls = new Dispatcher(session, {
      ...options,
      caller,
      callbacks,
      beforeReply: () => this.subscriptions.pump(),
    });
  }

  /** Whether nothing runs, waits or is unacknowledged. */
  get settled(): boolean {
    return this.calls.running === 0 && this.subscriptions.queued === 0 && this.session.settled;
  }

  #frame(frame: SessionFrame, sentAt: number): void {
    switch (frame.type) {
      case "call":
        return this.calls.call(frame, sentAt);
      case "cancel":
        return this.calls.cancel(frame.id);
      case "items":
        return this.calls.streams.items(frame);
      case "end":
        return this.calls.streams.end(frame);
      case "credit":
        return this.calls.streams.grant(frame);
      case "reply":
        return this.callbacks.reply(frame.id, frame.value);
      case "error":
        return this.callbacks.error(frame.id, frame);
      case "outcomeQuery":
        return this.calls.queryOutcome(frame);
      case "use":
        return this.calls.use(frame);
      case "subscribe":
        return this.subscriptions.add(frame);
      case "unsubscribe":
        return this.subscriptions.remove(frame.id);
      case "subscriptionCredit":
        return this.subscriptions.grant(frame);
      default:
        throw new ProtocolError(`${frame.type} from a client`);
    }
  }

  // Replies first: events take what they leave.
  #room(): void {
    this.calls.room();
    this.subscriptions.room();
  }

  #ended(reason: RpcError): void {
    this.callbacks.ended(reason);
    this.calls.ended(reason);
    this.subscriptions.ended();
  }
}
