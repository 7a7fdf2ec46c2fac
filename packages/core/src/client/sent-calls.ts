import type { Session } from "../session/session.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { PendingCall } from "./pending-calls.js";
import { ServiceRefs } from "./service-refs.js";

/** A slot's call is undefined while the peer still owes an answer that nobody waits for. */
interface Slot {
  id: number;
  call: PendingCall | undefined;
  taken: boolean;
  /** Number of the packet that carries the call. */
  packet: number;
  /** Place of the call among all that were sent in this session. */
  order: number;
}

/** A call whose session is over. */
export interface LostCall {
  readonly call: PendingCall;
  /** False when it is proved that the peer never got it. */
  readonly mayHaveRun: boolean;
}

const slotBits = 16;
const slotMask = 2 ** slotBits - 1;

/**
 * Calls that were sent in one session and not answered, in slots.
 *
 * The peer answers every call that it got, so a slot stays taken until then, even when its caller has left: both sides
 * count the same running calls.
 */
export class SentCalls {
  readonly session: Session;
  readonly refs: ServiceRefs;
  readonly #slots: Slot[] = [];
  readonly #free: number[] = [];
  #size = 0;
  #sent = 0;

  constructor(session: Session) {
    this.session = session;
    this.refs = new ServiceRefs(session);
  }

  /** Slots that are taken. */
  get size(): number {
    return this.#size;
  }

  /** Whether one more fits. An id has room for so many slots, whatever the peer allows. */
  hasSlot(allowed: number): boolean {
    return this.#size < Math.min(allowed, slotMask + 1);
  }

  /** Calls that somebody waits for. */
  get calls(): PendingCall[] {
    return this.#slots.flatMap(({ call }) => call ?? []);
  }

  /** Sends a call. Throws `RpcError` when it cannot travel; nothing was sent then. */
  send(call: PendingCall): void {
    const index =
      this.#free.pop() ?? this.#slots.push({ id: 0, call: undefined, taken: false, packet: 0, order: 0 }) - 1;
    const slot = this.#slots[index]!;
    // A generation above the slot's number: an answer to an earlier call cannot hit a later one. Generations begin with 1,
    // since no call has the id 0.
    const generation = ((slot.id >>> slotBits) % slotMask) + 1;
    slot.id = ((generation << slotBits) + index) >>> 0;
    // Taken before it is sent: the session may be lost under the sending, and the call with it.
    slot.call = call;
    slot.taken = true;
    // Until it is known: what is told of a call that is lost under the sending must not be that of the slot's last one.
    slot.packet = this.session.nextPacket;
    slot.order = this.#sent++;
    this.#size += 1;
    try {
      slot.packet = call.send(slot.id, this);
    } catch (error) {
      if (this.#slots[index] !== slot) return;
      this.answer(slot.id);
      throw error;
    }
  }

  /** The call of that id; undefined when its caller has left. Throws `ProtocolError` when none is pending. */
  find(id: number): PendingCall | undefined {
    return this.#find(id).call;
  }

  /** The call that is answered, its slot free again; undefined when nobody waits for it. Throws `ProtocolError`. */
  answer(id: number): PendingCall | undefined {
    const slot = this.#find(id);
    const { call } = slot;
    slot.call = undefined;
    slot.taken = false;
    this.#free.push(id & slotMask);
    this.#size -= 1;
    return call;
  }

  /** Tells the peer that nobody waits for `call` any more. Returns false when it is not here. */
  abandon(call: PendingCall): boolean {
    const slot = this.#slots.find((candidate) => candidate.call === call);
    if (slot === undefined) return false;
    slot.call = undefined;
    this.session.send({ type: "cancel", id: slot.id });
    return true;
  }

  /** The session is over: gives up its calls, in the order they were sent. */
  lose(): LostCall[] {
    const lost = this.#slots
      .filter(({ call }) => call !== undefined)
      .sort((one, other) => one.order - other.order);
    const calls = lost.map(({ call, packet }) => ({
      call: call!,
      mayHaveRun: this.session.mayHaveArrived(packet),
    }));
    this.#slots.length = 0;
    this.#free.length = 0;
    this.#size = 0;
    return calls;
  }

  #find(id: number): Slot {
    const slot = this.#slots[id & slotMask];
    if (slot === undefined || !slot.taken || slot.id !== id)
      throw new ProtocolError(`an answer to call ${id}, which is not pending`);
    return slot;
  }
}
