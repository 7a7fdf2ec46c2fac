import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import { describeFailure, type FailureReport } from "../failure.js";
import type { Limits } from "../limits.js";
import type { Session } from "../session/session.js";
import type { AnswerFrame, CallbackFrame, ErrorBody } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";

/** A function that was passed to the peer. */
export type Callback = (...args: unknown[]) => unknown;

interface Passed {
  readonly callback: Callback;
  /** `callback 1 of Person.watch`, for messages. */
  readonly name: string;
}

/** Functions passed to the peer in one session, and their calls. */
export class LocalCallbacks {
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #failures: FailureReport;
  readonly #passed = new Map<number, Passed>();
  readonly #running = new Set<number>();
  /** Answers that wait for room in the send buffer. Their calls count as running, so this is bounded. */
  #waiting: (() => void)[] = [];
  #lastId = 0;

  constructor(session: Session, clock: Clock, limits: Limits, failures: FailureReport) {
    this.#session = session;
    this.#clock = clock;
    this.#limits = limits;
    this.#failures = failures;
  }

  /** Functions that the peer may call. */
  get size(): number {
    return this.#passed.size;
  }

  /**
   * Keeps a function for the peer until it is released or the session ends; returns its id.
   *
   * Each passing has an id of its own, so that releasing one cannot take back another under way.
   *
   * @throws RpcError `resource_exhausted` when the peer or this side takes no more.
   */
  add(callback: Callback, name: string): number {
    const limit = Math.min(this.#limits.maxCallbacks, this.#session.peerLimits.maxCallbacks);
    if (this.#passed.size >= limit) {
      throw new RpcError(
        "resource_exhausted",
        `${name}: ${limit} callbacks live in this session already (maxCallbacks); release them where they are held`,
        {
          outcome: "not-executed",
        },
      );
    }
    this.#lastId = (this.#lastId % 0xffff_fffe) + 1;
    this.#passed.set(this.#lastId, { callback, name });
    return this.#lastId;
  }

  /** Its call was never sent. */
  remove(id: number): void {
    this.#passed.delete(id);
  }

  /** The peer gave it back. It gives each back once, so an unknown one is an error of the protocol. */
  release(id: number): void {
    if (!this.#passed.delete(id)) throw new ProtocolError(`release of callback ${id}, which was not passed`);
  }

  /** The peer calls it. It cannot cross its release, which is the peer's to send. */
  call(frame: CallbackFrame, sentAt: number): void {
    const passed = this.#passed.get(frame.callback);
    if (passed === undefined)
      throw new ProtocolError(`call of callback ${frame.callback}, which was not passed`);
    if (this.#running.has(frame.id))
      throw new ProtocolError(`callback call id ${frame.id} is running already`);
    const { maxRunningCalls } = this.#limits;
    if (this.#running.size >= maxRunningCalls)
      throw new ProtocolError(`callback calls beyond maxRunningCalls (${maxRunningCalls})`);
    this.#running.add(frame.id);
    if (sentAt + frame.timeLeftMs <= this.#clock.now()) {
      const message = `${passed.name}: its deadline passed before it could run`;
      this.#answer({
        type: "error",
        id: frame.id,
        code: "deadline_exceeded",
        message,
        outcome: "not-executed",
      });
    } else void this.#run(frame, passed);
  }

  /** There may be room in the send buffer again. */
  room(): void {
    while (this.#waiting.length > 0 && this.#session.hasRoom) this.#waiting.shift()!();
  }

  // Never rejects.
  async #run({ id, args }: CallbackFrame, { callback, name }: Passed): Promise<void> {
    try {
      this.#answer({ type: "reply", id, value: await callback(...args) });
    } catch (error) {
      this.#answer({ type: "error", id, ...describeFailure(name, error, noErrors, this.#failures) });
    }
  }

  #answer(frame: AnswerFrame): void {
    const send = () => {
      this.#running.delete(frame.id);
      try {
        this.#session.send(frame);
      } catch (error) {
        this.#session.send({ type: "error", id: frame.id, ...unsendable(error) });
      }
    };
    if (this.#session.hasRoom) send();
    else if (this.#session.open) this.#waiting.push(send);
  }
}

const noErrors = new Map<never, never>();

function unsendable(error: unknown): ErrorBody {
  const { code, message } = RpcError.from(error, "internal");
  const told = code === "resource_exhausted" ? code : "internal";
  return {
    code: told,
    message: `the callback ran, but its answer cannot travel: ${message}`,
    outcome: "executed",
  };
}
