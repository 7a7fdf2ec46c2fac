import { encodeValue } from "#values";
import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Session } from "../session/session.js";
import { ByteSink } from "../wire/byte-sink.js";
import type { Credit } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";

/** What went wrong with a stream: what its source threw, or why an item could not travel. */
export interface StreamFailure {
  readonly error: unknown;
}

export interface OutgoingStreamOptions {
  readonly session: Session;
  readonly clock: Clock;
  /** Of the call. */
  readonly id: number;
  /** 0 is the call's answer, another one its argument of the index before. */
  readonly stream: number;
  readonly source: AsyncIterable<unknown>;
  readonly credit: Credit;
  /** Makes plain what cannot travel as it is, such as instances of classes. */
  readonly project?: ((value: unknown) => unknown) | undefined;
  /** The source is done: it ended, failed, or has returned after a stop. The last thing that is heard of it. */
  finished(failure: StreamFailure | undefined): void;
}

/** Most bytes of items in one frame, so that several streams share a session fairly. */
const frameBytes = 32 * 1024;
/** Most items in one frame. */
const frameItems = 1024;
/** Room for a packet's header and the head of an items frame. */
const overheadBytes = 64;
/** Above this a block is given back after the item that needed it. */
const keptBytes = 64 * 1024;
const mostCredit = 0xffff_ffff;

/**
 * The sending end of a stream: it asks its source for an item only while the receiver has credit and the session has
 * room, so nothing waits here but what one turn of the event loop gathers for one frame.
 */
export class OutgoingStream {
  readonly #options: OutgoingStreamOptions;
  #creditItems: number;
  #creditBytes: number;
  #iterator: AsyncIterator<unknown> | undefined;
  #state: "running" | "stopped" | "finished" = "running";
  /** What the source threw after it was stopped. */
  #late: StreamFailure | undefined;
  #wake: (() => void) | undefined;
  #block = new ByteSink(256);
  #count = 0;
  /** Place of the first item in the block, modulo 2³². */
  #index = 0;
  #scheduled = false;

  constructor(options: OutgoingStreamOptions) {
    this.#options = options;
    this.#creditItems = options.credit.items;
    this.#creditBytes = options.credit.bytes;
  }

  /** Begins; without credit the source is not even opened. */
  start(): void {
    void this.#run();
  }

  /** The receiver takes more. */
  grant({ items, bytes }: Credit): void {
    this.#creditItems += items;
    this.#creditBytes += bytes;
    if (this.#creditItems > mostCredit || this.#creditBytes > mostCredit)
      throw new ProtocolError("more credit for a stream than fits in 32 bits");
    this.pump();
  }

  /** There may be room again. */
  pump(): void {
    if (this.#maySend()) this.#continue();
  }

  /** Nobody wants more: what is gathered is dropped, and the source's `return` runs. */
  stop(): void {
    if (this.#state !== "running") return;
    this.#state = "stopped";
    this.#continue();
    void this.#return();
  }

  // Never rejects.
  async #run(): Promise<void> {
    let failure: StreamFailure | undefined;
    try {
      while (this.#state === "running") {
        if (!this.#maySend()) {
          await this.#more();
          continue;
        }
        this.#iterator ??= this.#options.source[Symbol.asyncIterator]();
        const { done, value } = await this.#iterator.next();
        if (done === true) break;
        failure = this.#add(value);
        if (failure !== undefined) break;
      }
    } catch (error) {
      failure = { error };
    }
    if (this.#state !== "running") {
      // Stopped: the source is done when its `return` is.
      this.#late = failure;
    } else if (failure === undefined) this.#finish(undefined);
    else await this.#return(failure);
  }

  async #return(failure?: StreamFailure): Promise<void> {
    let last = failure;
    try {
      await this.#iterator?.return?.();
    } catch (error) {
      last ??= { error };
    }
    this.#finish(last ?? this.#late);
  }

  #finish(failure: StreamFailure | undefined): void {
    if (this.#state === "finished") return;
    this.#flush();
    this.#state = "finished";
    this.#options.finished(failure);
  }

  // An item that cannot travel ends its stream, and the ones before it arrive.
  #add(value: unknown): StreamFailure | undefined {
    const { peerLimits } = this.#options.session;
    const start = this.#block.position;
    try {
      this.#encode(value);
    } catch (error) {
      const { code, message } = RpcError.from(error, "internal");
      return { error: new RpcError(code, `item ${this.#index + this.#count} ${message}`, { cause: error }) };
    }
    const bytes = this.#block.position - start;
    if (bytes + overheadBytes > peerLimits.maxPacketBytes) {
      this.#block.position = start;
      const limit = peerLimits.maxPacketBytes;
      const what = `item ${this.#index + this.#count} of ${bytes} bytes exceeds the peer's maxPacketBytes of ${limit}; send it in parts`;
      return { error: new RpcError("resource_exhausted", what) };
    }
    if (start > 0 && this.#block.position > Math.min(frameBytes, peerLimits.maxPacketBytes - overheadBytes))
      this.#flushBefore(start);
    this.#count += 1;
    this.#creditItems -= 1;
    this.#creditBytes -= bytes;
    if (this.#block.position >= frameBytes || this.#count >= frameItems) this.#flush();
    else this.#flushSoon();
    return undefined;
  }

  #encode(value: unknown): void {
    const { session, project } = this.#options;
    try {
      encodeValue(this.#block, value, session.peerLimits);
    } catch (error) {
      if (project === undefined || !RpcError.is(error, "invalid_argument")) throw error;
      encodeValue(this.#block, project(value), session.peerLimits);
    }
  }

  // What one turn of the event loop brings leaves in one frame.
  #flushSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.clock.soon(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flushBefore(start: number): void {
    const end = this.#block.position;
    this.#block.position = start;
    this.#send();
    this.#block.bytes.copyWithin(0, start, end);
    this.#block.position = end - start;
  }

  #flush(): void {
    this.#send();
    this.#block = this.#block.bytes.length > keptBytes ? new ByteSink(256) : this.#block;
    this.#block.position = 0;
  }

  #send(): void {
    if (this.#count === 0 || this.#state !== "running") return;
    const { session, id, stream } = this.#options;
    const encoded = this.#block.bytes.subarray(0, this.#block.position);
    session.send({ type: "items", id, stream, index: this.#index, count: this.#count, encoded });
    this.#index = (this.#index + this.#count) >>> 0;
    this.#count = 0;
  }

  #maySend(): boolean {
    return this.#creditItems > 0 && this.#creditBytes > 0 && this.#options.session.hasEventRoom;
  }

  #continue(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
