import { RemoteCallbacks } from "../callback/remote-callbacks.js";
import type { RpcError } from "../errors.js";
import { Session, type SessionOptions, type SessionOwner } from "../session/session.js";
import type { Peer } from "../transport.js";
import type { CallFrame, PeerLimits, SessionFrame, SubscribeFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { ContractGate } from "./contract-gate.js";
import { Dispatcher, type DispatcherOptions } from "./dispatcher.js";
import { SessionCaller } from "./session-caller.js";
import { SessionIdentity } from "./session-identity.js";
import { SessionSubscriptions } from "./session-subscriptions.js";
import type { TopicLogs } from "./topic-logs.js";
import type { ValidIdentity } from "./valid-until.js";
import type { Verdicts } from "./verdicts.js";

export interface ServedSessionOptions
  extends SessionOptions,
    Omit<DispatcherOptions, "caller" | "callbacks" | "beforeReply" | "clock" | "limits"> {
  readonly logs: TopicLogs;
  readonly id: string;
  readonly verdicts: Verdicts;
  readonly admitted: ValidIdentity;
  /** Decides about credentials that its client shows later. */
  admit(credentials: unknown, peer: Peer): Promise<ValidIdentity>;
  isSame(one: unknown, other: unknown): boolean;
  readonly token: Uint8Array;
  readonly peerLimits: PeerLimits;
}

/** A session at the server: its calls and its subscriptions. */
export class ServedSession {
  readonly session: Session;
  /** What a client shows to resume it. */
  readonly token: Uint8Array;
  readonly calls: Dispatcher;
  readonly callbacks: RemoteCallbacks;
  readonly subscriptions: SessionSubscriptions;
  readonly identity: SessionIdentity;
  readonly #gate: ContractGate;

  constructor(options: ServedSessionOptions, listener: Pick<SessionOwner, "broken" | "ended">) {
    const { peerLimits, logs, clock, limits, registry, verdicts, logger } = options;
    this.#gate = new ContractGate({
      registry,
      verdicts,
      logger,
      maxHeld: limits.maxRunningCalls + limits.maxSubscriptions,
    });
    this.token = options.token;
    const session = new Session(options, peerLimits, {
      frame: (frame, sentAt) => this.#frame(frame, sentAt),
      room: () => this.#room(),
      broken: listener.broken,
      ended: (reason) => {
        this.#ended(reason);
        listener.ended(reason);
      },
    });
    this.identity = this.#createIdentity(session, options);
    const caller = new SessionCaller(options.id, session, this.identity);
    this.session = session;
    this.subscriptions = new SessionSubscriptions(session, { logs, clock, limits, caller });
    this.callbacks = new RemoteCallbacks(session, clock, limits);
    const { callbacks } = this;
    // Each by its name: what is spread has a hidden class of its own, a kilobyte a session.
    this.calls = new Dispatcher(session, {
      registry,
      clock,
      limits,
      interceptors: options.interceptors,
      failures: options.failures,
      serial: options.serial,
      meter: options.meter,
      ambientContext: options.ambientContext,
      runningInAll: options.runningInAll,
      once: options.once,
      rules: options.rules,
      draining: options.draining,
      caller,
      callbacks,
      beforeReply: () => this.subscriptions.pump(),
    });
  }

  /** Whether nothing runs, waits or is unacknowledged. */
  get settled(): boolean {
    return (
      this.#gate.held === 0 &&
      this.calls.running === 0 &&
      this.subscriptions.queued === 0 &&
      this.session.settled
    );
  }

  #createIdentity(session: Session, { clock, limits, admitted, admit, isSame }: ServedSessionOptions) {
    return new SessionIdentity({
      clock,
      admitted,
      timeoutMs: limits.handshakeTimeoutMs,
      admit: (credentials) => admit(credentials, session.peer!),
      isSame,
      answer: (frame) => session.send(frame),
      changed: () => this.subscriptions.askRulesAgain(),
      end: (reason) => void session.close(reason),
    });
  }

  #frame(frame: SessionFrame, sentAt: number): void {
    switch (frame.type) {
      case "call":
        return this.#gate.open || "ref" in frame.target
          ? this.calls.call(frame, sentAt)
          : this.#gateCall(frame, sentAt, frame.target);
      case "cancel":
        return this.#gate.held > 0 && this.#gate.cancel(frame.id) ? undefined : this.calls.cancel(frame.id);
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
        return this.calls.use(frame, this.#gate.use(frame));
      case "contract":
        return this.#gate.contract(frame);
      case "refresh":
        return this.identity.refresh(frame.credentials);
      case "subscribe":
        return this.#gate.open ? this.subscriptions.add(frame) : this.#gateSubscribe(frame);
      case "unsubscribe":
        return this.subscriptions.remove(frame.id);
      case "subscriptionCredit":
        return this.subscriptions.grant(frame);
      default:
        throw new ProtocolError(`${frame.type} from a client`);
    }
  }

  #gateCall(
    frame: CallFrame,
    sentAt: number,
    target: { readonly service: string; readonly method: string },
  ): void {
    this.#gate.take({
      service: target.service,
      member: target.method,
      callId: frame.id,
      pass: () => this.calls.call(frame, sentAt),
      refuse: (body) => this.calls.refuse(frame, body),
    });
  }

  #gateSubscribe(frame: SubscribeFrame): void {
    this.#gate.take({
      service: frame.service,
      member: frame.event,
      callId: undefined,
      pass: () => this.subscriptions.add(frame),
      refuse: (body) => this.subscriptions.refuse(frame.id, body),
    });
  }

  // Replies first: events take what they leave.
  #room(): void {
    this.calls.room();
    this.subscriptions.room();
  }

  #ended(reason: RpcError): void {
    this.identity.close();
    this.callbacks.ended(reason);
    this.#gate.ended();
    this.calls.ended(reason);
    this.subscriptions.ended();
  }
}
