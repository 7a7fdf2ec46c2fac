import type { Clock, Timer } from "../clock.js";
import type { DeclaredErrorClass } from "../declared-error.js";
import { RpcError } from "../errors.js";
import { fromErrorBody } from "../wire/error-frame.js";
import type { ErrorBody } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";

/** A call on its way out, and who waits for it. */
export interface PendingCall {
  /** `Person.changeName`, for messages. */
  readonly name: string;
  /** When its caller gives up, by the clock. */
  readonly deadline: number;
  /** Classes of the errors its service declares. */
  readonly errors: Readonly<Record<string, DeclaredErrorClass>> | undefined;
  /** What an error says besides when the session ends under it. */
  readonly details?: unknown;
  /** Writes its frame; throws `RpcError` when it cannot travel. */
  send(id: number): void;
  resolve(value: unknown): void;
  reject(error: RpcError): void;
}

export interface PendingCallsOptions {
  readonly clock: Clock;
  /** Calls that may wait for a slot. */
  readonly maxQueuedCalls: number;
  /** How many the peer runs at once; 0 while there is nobody to send to. */
  slots(): number;
  /** Tells the peer that nobody waits for a call any more. */
  cancel(id: number): void;
}

/** A slot's call is undefined while the peer still owes an answer that nobody waits for. */
interface Slot {
  id: number;
  call: PendingCall | undefined;
  taken: boolean;
}

const slotBits = 16;
const slotMask = 2 ** slotBits - 1;

/**
 * Calls that have not been answered: sent ones in slots, others in a queue for one.
 *
 * Every call that enters leaves exactly once: by its reply, its error, its deadline, a cancel, or the end of its
 * session. The peer answers every call that it got, so a slot stays taken until then, even when its caller has left:
 * both sides count the same running calls.
 */
export class PendingCalls {
  readonly #options: PendingCallsOptions;
  readonly #slots: Slot[] = [];
  readonly #free: number[] = [];
  readonly #queue = new Set<PendingCall>();
  #sent = 0;
  #timer: Timer | undefined;
  #nextSweep = Infinity;

  constructor(options: PendingCallsOptions) {
    this.#options = options;
  }

  /** Calls that were sent and not answered. */
  get pending(): number {
    return this.#sent;
  }

  /** Calls that wait for a slot. */
  get queued(): number {
    return this.#queue.size;
  }

  /** Sends a call, or queues it. Rejects it at once when the queue is full. */
  add(call: PendingCall): void {
    if (this.#queue.size === 0 && this.#hasSlot) {
      this.#send(call);
    } else if (this.#queue.size < this.#options.maxQueuedCalls) {
      this.#queue.add(call);
    } else {
      const { maxQueuedCalls } = this.#options;
      call.reject(
        notExecuted(
          "resource_exhausted",
          `${call.name}: ${maxQueuedCalls} calls wait already (maxQueuedCalls)`,
        ),
      );
      return;
    }
    this.#sweepBy(call.deadline);
  }

  /** Sends what waits, as far as there are slots. */
  pump(): void {
    if (this.#queue.size === 0) return;
    for (const call of this.#queue) {
      if (!this.#hasSlot) return;
      this.#queue.delete(call);
      this.#send(call);
    }
  }

  resolve(id: number, value: unknown): void {
    this.#answer(id)?.resolve(value);
    this.pump();
  }

  reject(id: number, error: ErrorBody): void {
    const call = this.#answer(id);
    call?.reject(fromErrorBody(error, call.errors));
    this.pump();
  }

  /** The call of that id that was sent; undefined when its caller has left. Throws `ProtocolError` when none is pending. */
  find(id: number): PendingCall | undefined {
    return this.#find(id).call;
  }

  /** The caller of `call` no longer waits. Does nothing when it was answered. */
  abandon(call: PendingCall, code: "cancelled" | "deadline_exceeded", message: string): void {
    if (this.#queue.delete(call)) {
      call.reject(notExecuted(code, message));
      return;
    }
    const slot = this.#slots.find((candidate) => candidate.call === call);
    if (slot === undefined) return;
    slot.call = undefined;
    this.#options.cancel(slot.id);
    call.reject(new RpcError(code, message));
  }

  /** The session is over: rejects what was sent with `error`. What waits for a slot waits on. */
  rejectSent(error: (call: PendingCall) => RpcError): void {
    const lost = this.#slots.flatMap(({ call }) => call ?? []);
    this.#slots.length = 0;
    this.#free.length = 0;
    this.#sent = 0;
    for (const call of lost) call.reject(error(call));
  }

  /** The client is closed: rejects what waits, as never sent. */
  rejectQueued(error: (call: PendingCall) => RpcError): void {
    const waiting = [...this.#queue];
    this.#queue.clear();
    this.#timer?.clear();
    this.#nextSweep = Infinity;
    for (const call of waiting) call.reject(error(call));
  }

  // An id has room for so many slots, whatever the peer allows.
  get #hasSlot(): boolean {
    return this.#sent < Math.min(this.#options.slots(), slotMask + 1);
  }

  #send(call: PendingCall): void {
    const index = this.#free.pop() ?? this.#slots.push({ id: 0, call: undefined, taken: false }) - 1;
    const slot = this.#slots[index]!;
    // A generation above the slot's number: an answer to an earlier call cannot hit a later one. Generations begin with 1,
    // since no call has the id 0.
    const generation = ((slot.id >>> slotBits) % slotMask) + 1;
    slot.id = ((generation << slotBits) + index) >>> 0;
    // Taken before it is sent: the session may be lost under the sending, and the call with it.
    slot.call = call;
    slot.taken = true;
    this.#sent += 1;
    try {
      call.send(slot.id);
    } catch (error) {
      if (this.#slots[index] !== slot) return;
      this.#answer(slot.id);
      call.reject(RpcError.from(error, "internal", { outcome: "not-executed" }));
    }
  }

  #answer(id: number): PendingCall | undefined {
    const slot = this.#find(id);
    const { call } = slot;
    slot.call = undefined;
    slot.taken = false;
    this.#free.push(id & slotMask);
    this.#sent -= 1;
    return call;
  }

  #find(id: number): Slot {
    const slot = this.#slots[id & slotMask];
    if (slot === undefined || !slot.taken || slot.id !== id)
      throw new ProtocolError(`an answer to call ${id}, which is not pending`);
    return slot;
  }

  // One timer for all calls, set to the earliest deadline: a timer per call costs more than the rest of the call.
  #sweepBy(deadline: number): void {
    if (deadline >= this.#nextSweep) return;
    this.#timer?.clear();
    this.#nextSweep = deadline;
    this.#timer = this.#options.clock.timer(deadline - this.#options.clock.now(), () => this.#sweep());
  }

  #sweep(): void {
    const now = this.#options.clock.now();
    const waiting = [...this.#queue, ...this.#slots.flatMap(({ call }) => call ?? [])];
    let next = Infinity;
    this.#nextSweep = Infinity;
    for (const call of waiting) {
      if (call.deadline > now) next = Math.min(next, call.deadline);
      else this.abandon(call, "deadline_exceeded", `${call.name}: no answer before its deadline`);
    }
    this.#sweepBy(next);
  }
}

function notExecuted(
  code: "resource_exhausted" | "cancelled" | "deadline_exceeded",
  message: string,
): RpcError {
  return new RpcError(code, message, { outcome: "not-executed" });
}
