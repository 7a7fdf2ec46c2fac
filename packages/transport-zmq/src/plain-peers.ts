import type { Peer, PlainAccess } from "@rpc/core/transport";
import { Packr } from "msgpackr/pack";
import type { Writer } from "./writer.js";

/** What plain peers are answered with. */
export interface PlainParts {
  /** Undefined when plain peers are switched off. */
  readonly access: PlainAccess | undefined;
  readonly maxCalls: number;
  readonly peer: Peer;
  readonly writer: Writer;
  /** Hears why something was dropped. */
  dropped(reason: string): void;
  /** Called when the last running call has been answered. */
  idle(): void;
}

/**
 * Peers that speak no session: a REQ socket of any language.
 *
 * Every request is answered, with MessagePack `[false, { code, message }]` if it cannot be run, since a REQ peer waits
 * until it is. An answer that its peer does not take at once is dropped: a REQ peer always has room for one.
 */
export class PlainPeers {
  readonly #parts: PlainParts;
  readonly #packr = new Packr({ useRecords: false });
  readonly #running = new Set<AbortController>();
  #closed = false;

  constructor(parts: PlainParts) {
    this.#parts = parts;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Takes a request; `envelope` goes in front of its answer: routing id, whatever proxies added, and the empty part. */
  receive(envelope: readonly Uint8Array[], body: readonly Uint8Array[]): void {
    const { access, maxCalls } = this.#parts;
    const [request] = body;
    if (access === undefined) {
      this.#refuse(
        envelope,
        "failed_precondition",
        "plain peers are switched off; serve with zmq({ plain: true })",
      );
    } else if (this.#closed) {
      this.#refuse(envelope, "unavailable", "the server is closing");
    } else if (request === undefined || body.length > 1) {
      this.#refuse(envelope, "invalid_argument", `a request is one part, got ${body.length}`);
    } else if (this.#running.size >= maxCalls) {
      this.#refuse(
        envelope,
        "resource_exhausted",
        `${maxCalls} plain calls are running, which is all that may`,
      );
    } else {
      void this.#call(access, envelope, request);
    }
  }

  /** Takes no new requests. Those that run are answered. */
  close(): void {
    this.#closed = true;
  }

  /** Aborts the calls that run: their peers cannot be reached any more. */
  abort(): void {
    this.#closed = true;
    for (const controller of this.#running) controller.abort();
  }

  // Cannot reject: it is one try/catch, and #answer does not throw.
  async #call(access: PlainAccess, envelope: readonly Uint8Array[], request: Uint8Array): Promise<void> {
    const controller = new AbortController();
    this.#running.add(controller);
    try {
      this.#answer(envelope, await access.call(request, this.#parts.peer, controller.signal));
    } catch (error) {
      this.#parts.dropped(`a plain call failed without an answer: ${String(error)}`);
      this.#refuse(envelope, "internal", "internal error");
    }
    this.#running.delete(controller);
    if (this.#running.size === 0) this.#parts.idle();
  }

  #refuse(envelope: readonly Uint8Array[], code: string, message: string): void {
    this.#answer(envelope, this.#packr.pack([false, { code, message }]));
  }

  #answer(envelope: readonly Uint8Array[], reply: Uint8Array): void {
    void this.#parts.writer.sendOnce([...envelope, reply]).then((outcome) => {
      if (outcome !== "sent") this.#parts.dropped(`an answer whose peer is ${outcome}`);
    });
  }
}
