import type { Clock } from "../clock.js";
import type { RpcError } from "../errors.js";
import type { Session } from "../session/session.js";
import { fromErrorBody } from "../wire/error-frame.js";
import type { Credit, CreditFrame, EndFrame, ItemsFrame } from "../wire/frame.js";
import type { IncomingStream } from "./incoming-stream.js";
import { OutgoingStream, type StreamFailure } from "./outgoing-stream.js";

/** A stream that is to be sent. */
export interface StreamToSend {
  readonly id: number;
  readonly stream: number;
  readonly source: AsyncIterable<unknown>;
  readonly credit: Credit;
  /** Makes plain what cannot travel as it is. */
  readonly project?: ((value: unknown) => unknown) | undefined;
  finished(failure: StreamFailure | undefined): void;
}

/**
 * The open streams of one session, both ways and on both sides: frames find their streams here.
 *
 * A frame may come for a stream that is over, since its end and that frame can cross on the wire. Whether they can have
 * is for the side to say, which knows its calls: `crossed` throws `ProtocolError` when they cannot.
 */
export class SessionStreams {
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #crossed: (frame: ItemsFrame | EndFrame | CreditFrame) => void;
  /** By call, then by number of the stream. */
  readonly #incoming = new Map<number, Map<number, IncomingStream>>();
  readonly #outgoing = new Map<number, Map<number, OutgoingStream>>();

  constructor(session: Session, clock: Clock, crossed: (frame: ItemsFrame | EndFrame | CreditFrame) => void) {
    this.#session = session;
    this.#clock = clock;
    this.#crossed = crossed;
  }

  /** Sends what `source` gives, as far as credit and room go. */
  send(stream: StreamToSend): void {
    const outgoing: OutgoingStream = new OutgoingStream({
      ...stream,
      session: this.#session,
      clock: this.#clock,
      finished: (failure) => {
        if (this.#outgoing.get(stream.id)?.get(stream.stream) === outgoing) remove(this.#outgoing, stream);
        stream.finished(failure);
      },
    });
    add(this.#outgoing, stream, outgoing);
    outgoing.start();
  }

  /** Takes the items of a stream from now on. */
  receive(id: number, stream: number, incoming: IncomingStream): void {
    add(this.#incoming, { id, stream }, incoming);
  }

  items(frame: ItemsFrame): void {
    const incoming = this.#incoming.get(frame.id)?.get(frame.stream);
    if (incoming === undefined) this.#crossed(frame);
    else incoming.items(frame.index, frame.items);
  }

  /** A sender has finished, or a receiver wants no more. */
  end(frame: EndFrame): void {
    const incoming = this.#incoming.get(frame.id)?.get(frame.stream);
    const outgoing = this.#outgoing.get(frame.id)?.get(frame.stream);
    if (incoming !== undefined) {
      remove(this.#incoming, frame);
      incoming.end(frame.error === undefined ? undefined : { error: fromErrorBody(frame.error) });
    } else if (outgoing !== undefined) outgoing.stop();
    else this.#crossed(frame);
  }

  credit(frame: CreditFrame): void {
    const outgoing = this.#outgoing.get(frame.id)?.get(frame.stream);
    if (outgoing === undefined) this.#crossed(frame);
    else outgoing.grant(frame);
  }

  /** There may be room in the send buffer again. */
  room(): void {
    for (const streams of this.#outgoing.values()) for (const outgoing of streams.values()) outgoing.pump();
  }

  /**
   * Nobody waits for the call: its sources return, and what it receives ends with `reason`, for nothing may come any
   * more. What is still under way finds its stream here until the call is closed.
   */
  cancel(id: number, reason: RpcError): void {
    for (const incoming of this.#incoming.get(id)?.values() ?? []) incoming.end({ error: reason });
    this.#stop(id);
  }

  /** The call was answered: what it sent stops, what it received ends with `reason`, or is for the call to end. */
  closeCall(id: number, reason?: RpcError): void {
    const incoming = [...(this.#incoming.get(id)?.values() ?? [])];
    this.#incoming.delete(id);
    if (reason !== undefined) for (const stream of incoming) stream.end({ error: reason });
    this.#stop(id);
    // A source that is slow to return is nobody's stream any more.
    this.#outgoing.delete(id);
  }

  /** The session is over: nothing of it comes or goes. `reason` is given the index of the last item of each. */
  ended(reason: (incoming: IncomingStream) => RpcError): void {
    const incoming = [...this.#incoming.values()].flatMap((streams) => [...streams.values()]);
    this.#incoming.clear();
    for (const stream of incoming) stream.end({ error: reason(stream) });
    for (const id of [...this.#outgoing.keys()]) this.#stop(id);
  }

  #stop(id: number): void {
    for (const outgoing of [...(this.#outgoing.get(id)?.values() ?? [])]) outgoing.stop();
  }
}

interface StreamName {
  readonly id: number;
  readonly stream: number;
}

function add<Stream>(
  streams: Map<number, Map<number, Stream>>,
  { id, stream }: StreamName,
  added: Stream,
): void {
  const ofCall = streams.get(id) ?? new Map<number, Stream>();
  streams.set(id, ofCall.set(stream, added));
}

function remove<Stream>(streams: Map<number, Map<number, Stream>>, { id, stream }: StreamName): void {
  const ofCall = streams.get(id);
  ofCall?.delete(stream);
  if (ofCall?.size === 0) streams.delete(id);
}
