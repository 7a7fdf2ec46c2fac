import type { GapFrame, SubscribedFrame } from "../wire/frame.js";
import type { Gap } from "./event-item.js";
import type { EventPosition, SubscribeOptions } from "./remote-event.js";

/** Where a subscription begins in a session. */
export interface Beginning {
  /** Where the server is asked to begin; undefined for what it publishes from now on. */
  readonly from: "oldest" | number | undefined;
  /** What is lost, since another start of the server published it. */
  readonly gaps: readonly Gap[];
  /** It begins anew, before anything. */
  readonly anew: boolean;
}

/** What has arrived of a subscription: from it follows where it goes on in the next session, and what that leaves out. */
export class Arrivals {
  readonly #prefix: string;
  readonly #from: NonNullable<SubscribeOptions["from"]>;
  #mode: SubscribedFrame["mode"] = "signal";
  #begun = false;
  /** The server's present start, and the newest position that came from it. */
  #epoch = "";
  #position = 0;
  /** Newest sequence number of each topic: what a reset is reported from. */
  readonly #seen = new Map<string, number>();

  constructor(prefix: string, from: NonNullable<SubscribeOptions["from"]>) {
    this.#prefix = prefix;
    this.#from = from;
  }

  get mode(): SubscribedFrame["mode"] {
    return this.#mode;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /**
   * A session begins in which it is asked for.
   *
   * In the same start of the server it goes on behind what arrived. In another, what the old one published since is
   * lost, one gap for each topic seen, and everything that the new one published is news: it sends what it keeps and
   * tells the rest as gaps.
   */
  begin(epoch: string): Beginning {
    const from = this.#from;
    const before = this.#before;
    this.#epoch = epoch;
    this.#position = before?.epoch === epoch ? before.position : 0;
    if (before === undefined)
      return { from: from === "oldest" ? from : undefined, gaps: noGaps, anew: false };
    if (before.epoch === epoch) return { from: before.position, gaps: noGaps, anew: false };
    const gaps = this.#lost();
    // From its first event on: only then does the server tell what it no longer has, of topics never seen as well.
    const all = this.#begun && (this.#mode === "signal" || this.#mode === "log");
    return { from: all ? 0 : "oldest", gaps, anew: !all };
  }

  /** From now on a new session goes on from what arrived, not from what was asked for at first. False when it did before. */
  start(): boolean {
    const first = !this.#begun;
    this.#begun = true;
    return first;
  }

  /** The server has confirmed it: it begins behind `position`. */
  confirmed(position: number, mode: SubscribedFrame["mode"]): void {
    this.#mode = mode;
    this.reached(position);
  }

  // Values of `latest` wait in an order of their own, so a later one may have a lower number.
  saw(topic: string, seq: number): void {
    if (seq > (this.#seen.get(topic) ?? 0)) this.#seen.set(topic, seq);
  }

  reached(position: number): void {
    if (position > this.#position) this.#position = position;
  }

  /** The first event that a gap off the wire leaves out; undefined when all of them had arrived. */
  missed({ topic, from, to }: GapFrame): number | undefined {
    const seen = this.#seen.get(topic) ?? 0;
    if (to !== null) this.saw(topic, to);
    // A server that lost the session does not know what arrived, and names the first event that can be missing.
    const keyed = this.#mode === "latest" || this.#mode === "table";
    const first = keyed ? from : Math.max(from, seen + 1);
    return to === null || first <= to ? first : undefined;
  }

  get #before(): EventPosition | undefined {
    if (this.#begun) return { epoch: this.#epoch, position: this.#position };
    return typeof this.#from === "object" ? this.#from : undefined;
  }

  #lost(): Gap[] {
    const seen = this.#begun ? this.#seen : new Map([[this.#prefix, 0]]);
    const gaps = [...seen].map(
      ([topic, seq]): Gap => ({ kind: "gap", topic, from: seq + 1, to: null, reason: "epoch-changed" }),
    );
    this.#seen.clear();
    return gaps;
  }
}

const noGaps: readonly Gap[] = [];
