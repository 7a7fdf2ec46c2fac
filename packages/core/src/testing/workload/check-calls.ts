import type { ErrorCode, Outcome } from "../../errors.js";
import type { World } from "./ledger.js";

/** How a call of the workload ended: with a value, or an error's code and outcome. */
export interface Settled {
  readonly key: number;
  readonly took: number;
  readonly timeoutMs: number;
  readonly value?: number;
  readonly code?: ErrorCode;
  readonly outcome?: Outcome | undefined;
}

/** Throws when what callers were told is not what happened: late, lost, doubled, out of order, or a wrong outcome. */
export function checkCalls(
  settled: readonly Settled[],
  calls: number,
  { executions, order }: Pick<World, "executions" | "order">,
): void {
  check(settled.length === calls, `${settled.length} of ${calls} calls settled`);
  check(new Set(settled.map(({ key }) => key)).size === calls, "a call settled twice");
  for (const { key, took, timeoutMs, value, outcome, code } of settled) {
    const ran = executions.get(key) ?? 0;
    check(ran <= 1, `call ${key} ran ${ran} times`);
    check(took <= timeoutMs + 1_000, `call ${key} took ${took} ms, its timeout was ${timeoutMs}`);
    check(value === undefined || value === key * 2, `call ${key} got ${value}`);
    check(value === undefined || ran === 1, `call ${key} succeeded and ran ${ran} times`);
    check(outcome !== "not-executed" || ran === 0, `call ${key} is told not-executed (${code}) and ran`);
    check(outcome !== "executed" || ran === 1, `call ${key} is told executed (${code}) and did not run`);
  }
  for (let index = 1; index < order.length; index++) {
    check(order[index]! > order[index - 1]!, `call ${order[index]} ran after ${order[index - 1]}`);
  }
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}
