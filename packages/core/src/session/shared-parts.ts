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
  /** Sessions that owe an acknowledgement of more than a few small packets. */
  readonly owing: DueQueue<OwingSession>;
  readonly turnEnd: TurnEnd;
}

/** Milliseconds after which a side that sends nothing acknowledges. */
const acknowledgeMs = 50;

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
    owing: new DueQueue(clock, acknowledgeMs, (session) => session.acknowledge()),
    turnEnd: new TurnEnd(clock),
  };
}
