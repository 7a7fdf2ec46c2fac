import { RemoteCallbacks } from "../callback/remote-callbacks.js";
import type { RpcError } from "../errors.js";
import { Session, type SessionOptions, type SessionOwner } from "../session/session.js";
import type { Peer } from "../transport.js";
import type { CallFrame, PeerLimits, SessionFrame, SubscribeFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { CallingSession } from "./call-runner.js";
import { ContractGate, type ContractGateOptions } from "./contract-gate.js";
import { Dispatcher, type DispatcherOptions } from "./dispatcher.js";
import { type CalledSession, SessionCaller, type SessionCallerOptions } from "./session-caller.js";
import { SessionSubscriptions } from "./session-subscriptions.js";
import type { TopicLogs } from "./topic-logs.js";
import type { ValidIdentity } from "./valid-until.js";

/** What all sessions of a server share: one object, since each session refers to it. */
export interface ServedSessionOptions
  extends SessionOptions,
    DispatcherOptions,
    ContractGateOptions,
    SessionCallerOptions {
  readonly logs: TopicLogs;
  /** Its connection to `peer` is gone; it waits for another. */
  broken(served: ServedSession, peer: Peer): void;
  /** It is over. */
  ended(served: ServedSession, reason: RpcError): void;
}

/** What a session begins with. */
export interface SessionStart {
  readonly id: string;
  readonly admitted: ValidIdentity;
  /** 16 bytes that nobody can guess. */
  readonly token: Uint8Array;
  readonly peerLimits: PeerLimits;
}

/**
 * A session at the server: its calls and its subscriptions.
 *
 * Ten thousand may be there and say nothing, so what most of them never need is made when it is needed.
 */
export class ServedSession implements SessionOwner, CallingSession, CalledSession {
  readonly session: Session;
  readonly calls: Dispatcher;
  readonly caller: SessionCaller;
  readonly #options: ServedSessionOptions;
  // A string takes a fifth of the memory of a Uint8Array.
  readonly #token: string;
  #gate: ContractGate | undefined;
  #callbacks: RemoteCallbacks | undefined;
  #subscriptions: SessionSubscriptions | undefined;

  constructor(options: ServedSessionOptions, { id, admitted, token, peerLimits }: SessionStart) {
    this.#options = options;
    this.#token = String.fromCharCode(...token);
    this.session = new Session(options, peerLimits, this);
    this.caller = new SessionCaller(id, this, options, admitted);
    this.calls = new Dispatcher(this, options);
  }

  /** What a client shows to resume it. */
  get token(): Uint8Array {
    return Uint8Array.from(this.#token, (char) => char.charCodeAt(0));
  }

  /** Functions that its client passed. */
  get callbacks(): RemoteCallbacks {
    this.#callbacks ??= new RemoteCallbacks(this.session, this.#options.clock, this.#options.limits);
    return this.#callbacks;
  }

  /** Functions that its client passed and that were not released. */
  get liveCallbacks(): number {
    return this.#callbacks?.size ?? 0;
  }

  /** Its subscriptions; undefined when there was never one. */
  get subscriptions(): SessionSubscriptions | undefined {
    return this.#subscriptions;
  }

  /** Whether nothing runs, waits or is unacknowledged. */
  get settled(): boolean {
    return (
      (this.#gate === undefined || this.#gate.held === 0) &&
      this.calls.runningInAll === 0 &&
      (this.#subscriptions === undefined || this.#subscriptions.queued === 0) &&
      this.session.settled
    );
  }

  frame(frame: SessionFrame, sentAt: number): void {
    switch (frame.type) {
      case "call":
        return "ref" in frame.target || this.#gate === undefined || this.#gate.open
          ? this.calls.call(frame, sentAt)
          : this.#gateCall(this.#gate, frame, sentAt, frame.target);
      case "cancel":
        return this.#gate?.cancel(frame.id) === true ? undefined : this.calls.cancel(frame.id);
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
        this.#gate ??= new ContractGate(this.#options);
        return this.calls.use(frame, this.#gate.use(frame));
      case "contract":
        this.#gate ??= new ContractGate(this.#options);
        return this.#gate.contract(frame);
      case "refresh":
        return this.caller.refresh(frame.credentials);
      case "subscribe":
        return this.#subscribe(frame);
      case "unsubscribe":
        return this.#subscriptions?.remove(frame.id);
      case "subscriptionCredit":
        return this.#subscriptions?.grant(frame);
      default:
        throw new ProtocolError(`${frame.type} from a client`);
    }
  }

  // Replies first: events take what they leave.
  room(): void {
    this.calls.room();
    this.#subscriptions?.room();
  }

  broken(_reason: Error, peer: Peer): void {
    this.#options.broken(this, peer);
  }

  ended(reason: RpcError): void {
    this.caller.close();
    this.#callbacks?.ended(reason);
    this.#gate?.ended();
    this.calls.ended(reason);
    this.#subscriptions?.ended();
    this.#options.ended(this, reason);
  }

  beforeReply(): void {
    this.#subscriptions?.pump();
  }

  identityChanged(): void {
    this.#subscriptions?.askRulesAgain();
  }

  #gateCall(
    gate: ContractGate,
    frame: CallFrame,
    sentAt: number,
    target: { readonly service: string; readonly method: string },
  ): void {
    gate.take({
      service: target.service,
      member: target.method,
      callId: frame.id,
      pass: () => this.calls.call(frame, sentAt),
      refuse: (body) => this.calls.refuse(frame, body),
    });
  }

  #subscribe(frame: SubscribeFrame): void {
    this.#subscriptions ??= new SessionSubscriptions(this.session, this.#options, this.caller);
    const subscriptions = this.#subscriptions;
    if (this.#gate === undefined || this.#gate.open) return subscriptions.add(frame);
    this.#gate.take({
      service: frame.service,
      member: frame.event,
      callId: undefined,
      pass: () => subscriptions.add(frame),
      refuse: (body) => subscriptions.refuse(frame.id, body),
    });
  }
}
