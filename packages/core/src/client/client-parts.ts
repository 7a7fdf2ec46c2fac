import type { Clock, Random } from "../clock.js";
import { RpcError } from "../errors.js";
import type { FailureReport } from "../failure.js";
import type { Limits } from "../limits.js";
import type { ServiceCaller } from "../service-caller.js";
import type { Session } from "../session/session.js";
import type { SessionFrame } from "../wire/frame.js";
import type { FrameReads, FrameSet, FrameWrites } from "../wire/frame-set.js";
import type { ClientPart } from "./client-part.js";
import type { ClientSession } from "./client-session.js";
import type { ClientStreams } from "./client-streams.js";
import type { CredentialRefresh, CredentialRefreshOptions } from "./credential-refresh.js";
import type { inherit } from "./nested-call.js";
import type { OnewayCalls } from "./oneway-calls.js";
import type { OutcomeQueries } from "./outcome-queries.js";
import type { PendingCalls } from "./pending-calls.js";
import type { RemoteEvents } from "./remote-events.js";
import type { SentCalls } from "./sent-calls.js";

/** A part as core sees it. */
export interface PartOfClient extends ClientPart {
  /** Frames that only this part reads. A server sends none of them to a client that has asked for nothing of the kind. */
  readonly reads: FrameReads;
  readonly writes: FrameWrites;
  /** Who hears each of those frames. */
  readonly hears: FrameHears;
  /** Takes its place in a client; once for each client. */
  join(client: ClientSeams): void;
}

/** Where frames go that come in a session, by name. */
export type FrameHears = {
  readonly [Type in SessionFrame["type"]]?: (
    frame: SessionFrame & { readonly type: Type },
    session: ClientSession,
    sentAt: number,
  ) => void;
};

/** The places of the parts in a client; empty for those that it does not have. */
export interface PartSlots {
  events?: RemoteEvents;
  streams?: ClientStreams;
  oneway?: OnewayCalls;
  outcomes?: OutcomeQueries;
  nesting?: Nesting;
  proxy?: Proxies;
  refresh?: CredentialRefreshing;
}

/** How calls inherit from the call that they are made inside. */
export interface Nesting {
  readonly inherit: typeof inherit;
}

/** What makes proxies. */
export interface Proxies {
  create(caller: ServiceCaller): object;
}

/** What keeps the credentials of a client's sessions. */
export interface CredentialRefreshing {
  of(session: Session): CredentialRefresh;
}

/** What of a client its parts use. */
export interface ClientSeams {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly timeoutMs: number;
  readonly failures: FailureReport;
  readonly slots: PartSlots;
  readonly calls: PendingCalls;
  /** The session that takes new calls; undefined without one. */
  readonly current: ClientSession | undefined;
  /** The same while it has room for one more call. */
  readonly taker: ClientSession | undefined;
  readonly credentialOptions: CredentialRefreshOptions;
  /** What messages end with while there is no link; empty while there is. */
  obstacle(): string;
  /** The session of calls that were sent. */
  of(sent: SentCalls): ClientSession;
}

type Hear = (frame: SessionFrame, session: ClientSession, sentAt: number) => void;

/** The parts of one client. */
export class ClientParts {
  readonly slots: PartSlots = {};
  readonly #frames: FrameSet;
  readonly #hears: { [type: string]: Hear | undefined } = {};

  /** `frames` are those of the client's sessions: parts add theirs. */
  constructor(frames: FrameSet) {
    this.#frames = frames;
  }

  /** Takes up what is not there yet. */
  take(parts: readonly ClientPart[], client: ClientSeams): void {
    for (const part of parts as readonly PartOfClient[]) {
      if (this.slots[part.name] !== undefined) continue;
      this.#frames.add(part.reads, part.writes);
      Object.assign(this.#hears, part.hears);
      part.join(client);
    }
  }

  /** Hands up a frame of one of the parts; false when it is of none. */
  hear(frame: SessionFrame, session: ClientSession, sentAt: number): boolean {
    const hear = this.#hears[frame.type];
    hear?.(frame, session, sentAt);
    return hear !== undefined;
  }

  /** The part of that name. Throws `RpcError` that says how to have it. */
  need<Name extends keyof PartSlots>(name: Name, what: string): NonNullable<PartSlots[Name]> {
    const part = this.slots[name];
    if (part !== undefined) return part;
    throw new RpcError(
      "failed_precondition",
      `${what}: this client was made without ${name}; pass connect parts: [${name}], which @rpc/core/browser exports, or generate the service's client anew`,
      { outcome: "not-executed" },
    );
  }
}
