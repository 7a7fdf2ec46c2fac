import { type Clock, later } from "../clock.js";
import type { OwingSession, SharedParts } from "./shared-parts.js";

/** Who acknowledges. */
export interface AcknowledgingSession {
  /** Sends an acknowledgement by itself. */
  sendAcknowledgement(): void;
}

/** Bytes after which a side that sends nothing acknowledges at once. */
export const acknowledgeBytes: number = 64 * 1024;
/** Bytes up to which it takes its time. */
const littleBytes = 4 * 1024;

/**
 * What one side has received and not acknowledged.
 *
 * Whatever leaves carries the newest acknowledgement; when nothing does for a while, one leaves by itself. The more is
 * owed, the sooner.
 */
export class OwedAcknowledgement implements OwingSession {
  readonly #of: AcknowledgingSession;
  readonly #options: { readonly clock: Clock; readonly shared: Pick<SharedParts, "owing" | "owingLittle"> };
  #bytes = 0;
  /** What it waits for: the time of a queue that it is in, or the end of this turn. */
  #due: "nothing" | "a little" | "much" | "now" = "nothing";
  /** Whether the peer waits for acknowledgements, as a server that closes does. */
  #hurried = false;

  constructor(
    of: AcknowledgingSession,
    options: { readonly clock: Clock; readonly shared: Pick<SharedParts, "owing" | "owingLittle"> },
  ) {
    this.#of = of;
    this.#options = options;
  }

  /** So many bytes came and were handed up. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes >= acknowledgeBytes) this.#waitForTurn();
    else if (this.#hurried || this.#bytes >= littleBytes) this.#waitAmongMuch();
    else if (this.#due === "nothing") {
      this.#due = "a little";
      this.#options.shared.owingLittle.add(this);
    }
  }

  /** The peer waits for acknowledgements from now on. */
  hurry(): void {
    this.#hurried = true;
    if (this.#bytes > 0) this.#waitAmongMuch();
  }

  /** Something left, and the newest acknowledgement with it. It need not leave any queue: nothing is owed when it is due. */
  paid(): void {
    this.#bytes = 0;
  }

  /** Its time is over. */
  acknowledge(): void {
    this.#due = "nothing";
    if (this.#bytes > 0) this.#of.sendAcknowledgement();
  }

  /** There is room in the pipe again: what fell due meanwhile is late, and the peer may wait for nothing else. */
  catchUp(): void {
    if (this.#due === "nothing") this.acknowledge();
  }

  /** The connection is gone: it waits for nothing any more. */
  stop(): void {
    const { owing, owingLittle } = this.#options.shared;
    if (this.#due === "much") owing.delete(this);
    else if (this.#due === "a little") owingLittle.delete(this);
    this.#due = "nothing";
  }

  #waitAmongMuch(): void {
    if (this.#due === "much" || this.#due === "now") return;
    this.stop();
    this.#due = "much";
    this.#options.shared.owing.add(this);
  }

  // Not at once: what this turn answers carries it, and a packet less is a write and a read less.
  #waitForTurn(): void {
    if (this.#due === "now") return;
    this.stop();
    this.#due = "now";
    later(this.#options.clock, () => this.acknowledge());
  }
}
