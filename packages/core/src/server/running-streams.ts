import type { RemoteCallbacks } from "../callback/remote-callbacks.js";
import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { RegisteredMethod } from "../service/registry.js";
import type { Session } from "../session/session.js";
import { IncomingStream } from "../stream/incoming-stream.js";
import type { StreamFailure } from "../stream/outgoing-stream.js";
import { SessionStreams } from "../stream/session-streams.js";
import type {
  CallExtras,
  CallFrame,
  Credit,
  CreditFrame,
  EndFrame,
  ItemsFrame,
  PassedParameter,
} from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { nameOfMethod } from "./refusal.js";
import type { RunningCalls } from "./running-calls.js";

/** What a running call has open. */
interface OpenStreams {
  readonly name: string;
  /** Present when its caller takes a stream as the answer. */
  readonly credit: Credit | undefined;
  readonly count: number;
}

export interface RunningStreamsOptions {
  readonly clock: Clock;
  readonly limits: Limits;
}

/** The session that they come and go in. */
export interface StreamingSession {
  readonly session: Session;
  readonly callbacks: RemoteCallbacks;
}

/** Streams and callbacks of the calls that run for one session. */
export class RunningStreams {
  readonly #of: StreamingSession;
  readonly #options: RunningStreamsOptions;
  readonly #running: RunningCalls;
  /** Made by the first frame of a stream: most sessions never get one. */
  #opened: SessionStreams | undefined;
  readonly #calls = new Map<number, OpenStreams>();
  #size = 0;

  constructor(of: StreamingSession, options: RunningStreamsOptions, running: RunningCalls) {
    this.#of = of;
    this.#options = options;
    this.#running = running;
  }

  /** Open streams, both ways. */
  get size(): number {
    return this.#size;
  }

  /** Why a call with these extras cannot be taken; undefined when it can. */
  refusal({ credit, passed, oneway }: CallExtras): string | undefined {
    const { maxStreams, maxCallbacks } = this.#options.limits;
    const streams = countStreams(credit, passed);
    if (oneway === true && streams > 0) throw new ProtocolError("a one-way call with a stream");
    if (this.#size + streams > maxStreams)
      return `${this.#size} streams are open in this session, maxStreams is ${maxStreams}`;
    const callbacks = (passed?.length ?? 0) - countStreams(undefined, passed);
    if (!this.#of.callbacks.hasRoom(callbacks))
      return `${maxCallbacks} callbacks live in this session already (maxCallbacks); release them`;
    return undefined;
  }

  /** A call was refused: nobody holds the callbacks it brought. */
  refused({ passed = [] }: CallExtras): void {
    this.#of.callbacks.refuse(passed.filter(({ kind }) => kind === "callback").map(({ id }) => id));
  }

  /** Puts streams and functions where the call passed them; returns the arguments its method gets. */
  open(
    { id, args }: CallFrame,
    { credit, passed = [] }: CallExtras,
    method: RegisteredMethod,
  ): readonly unknown[] {
    const name = nameOfMethod(method);
    const { boundary } = method;
    const count = countStreams(credit, passed);
    if (count > 0) this.#calls.set(id, { name, credit, count });
    this.#size += count;
    const opened = [...args];
    for (const parameter of passed) {
      const { index, kind } = parameter;
      if (index >= args.length)
        throw new ProtocolError(`a call with ${args.length} arguments passes number ${index}`);
      const what = `${kind} ${index + 1} of ${name}`;
      if (kind === "stream") {
        const stream = this.#receive(id, index + 1, what);
        opened[index] = boundary?.guardStream(index, stream) ?? stream;
      } else {
        const callback = this.#of.callbacks.create(parameter, what);
        opened[index] = boundary?.guardCallback(index, callback) ?? callback;
      }
    }
    return opened;
  }

  /** What a call's caller allows of a stream as its answer; undefined when it wants one reply. */
  credit(id: number): Credit | undefined {
    return this.#calls.get(id)?.credit;
  }

  /** Sends the answer of a call, item by item. */
  send(
    id: number,
    { boundary }: RegisteredMethod,
    answer: AsyncIterable<unknown>,
    credit: Credit,
    finished: (failure: StreamFailure | undefined) => void,
  ): void {
    const source = boundary?.guardItems(answer) ?? answer;
    this.#streams.send({ id, stream: 0, source, credit, finished, project: boundary?.project });
  }

  items(frame: ItemsFrame): void {
    this.#streams.items(frame);
  }

  end(frame: EndFrame): void {
    this.#streams.end(frame);
  }

  grant(frame: CreditFrame): void {
    this.#streams.credit(frame);
  }

  /** Nobody waits for a call: what it sends stops, and what it receives ends. */
  cancel(id: number): void {
    const call = this.#calls.get(id);
    if (call !== undefined)
      this.#streams.cancel(id, new RpcError("cancelled", `${call.name}: cancelled by its caller`));
  }

  /** A call was answered. */
  close(id: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    this.#size -= call.count;
    this.#streams.closeCall(id, new RpcError("cancelled", `${call.name}: the call was answered`));
  }

  room(): void {
    this.#opened?.room();
  }

  ended(reason: RpcError): void {
    this.#opened?.ended(
      ({ name, lastIndex }) =>
        new RpcError("unavailable", `${name}: ${reason.message}`, { details: { lastIndex }, cause: reason }),
    );
  }

  get #streams(): SessionStreams {
    this.#opened ??= new SessionStreams(this.#of.session, this.#options.clock, (frame) =>
      this.#crossed(frame),
    );
    return this.#opened;
  }

  // The first credit leaves when the method begins to read: what nobody reads is not sent.
  #receive(id: number, stream: number, name: string): IncomingStream {
    const { session } = this.#of;
    const { limits } = this.#options;
    const grant = (credit: Credit) => session.send({ type: "credit", id, stream, ...credit });
    const incoming: IncomingStream = new IncomingStream({
      name,
      credit: { items: limits.streamCreditItems, bytes: limits.streamCreditBytes },
      started: () => grant(incoming.open(grant)),
      left: () => session.send({ type: "end", id, stream, error: undefined }),
    });
    this.#streams.receive(id, stream, incoming);
    return incoming;
  }

  // What a client sends of a call may cross its answer, and credit the end of its stream. While the call runs, a stream
  // that was not passed or has ended gets nothing.
  #crossed({ type, id, stream }: ItemsFrame | EndFrame | CreditFrame): void {
    if (type === "credit" || !this.#running.has(id)) return;
    throw new ProtocolError(`${type} of stream ${stream} of call ${id}, which is not open`);
  }
}

function countStreams(credit: Credit | undefined, passed: readonly PassedParameter[] = []): number {
  return passed.reduce(
    (count, { kind }) => count + (kind === "stream" ? 1 : 0),
    credit === undefined ? 0 : 1,
  );
}
