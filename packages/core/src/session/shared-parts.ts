import type { Clock } from "../clock.js";
import type { Limits } from "../limits.js";
import { BlockPool } from "./block-pool.js";
import { DueQueue } from "./due-queue.js";
import { Heartbeats } from "./heartbeats.js";
import { SendBudget } from "./send-budget.js";
import { TurnEnd } from "./turn-end.js";

/** A session that has received what it has not acknowledged. */
export interface OwingSession {
  /** The time is over within which it has to. */
  acknowledge(): void;
}

/** What the sessions of one server or client share: memory, its bound, and a timer where each would have its own. */
export interface SharedParts {
  readonly pool: BlockPool;
  readonly budget: SendBudget;
  readonly heartbeats: Heartbeats;
  /** Sessions that owe the acknowledgement of some kilobytes, or whose peer waits for it. */
  readonly owing: DueQueue<OwingSession>;
  /** Sessions that owe that of less. */
  readonly owingLittle: DueQueue<OwingSession>;
  readonly turnEnd: TurnEnd;
}

/** Milliseconds after which a side that sends nothing acknowledges. */
const acknowledgeMs = 50;
/** The same for a little. Long, since what is said next carries it: else each of a client's rare calls cost a packet more. */
const acknowledgeLittleMs = 1_000;

/** `pool`: where packets are written. */
export function createSharedParts(
  clock: Clock,
  limits: Limits,
  pool: BlockPool = new BlockPool(),
): SharedParts {
  return {
    pool,
    budget: new SendBudget(limits.totalSendBufferBytes),
    heartbeats: new Heartbeats(clock, limits.heartbeatMs),
    owing: new DueQueue(clock, acknowledgeMs, acknowledge),
    owingLittle: new DueQueue(clock, acknowledgeLittleMs, acknowledge),
    turnEnd: new TurnEnd(clock),
  };
}

function acknowledge(session: OwingSession): void {
  session.acknowledge();
}
