import { systemClock } from "../clock.js";
import { type ErrorCode, type Outcome, RpcError } from "../errors.js";

/** Throws when `actual` is not deeply equal to `expected`; the message shows both. */
export function checkEqual(what: string, actual: unknown, expected: unknown): void {
  if (isEqual(actual, expected)) return;
  throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Throws when `condition` does not hold. */
export function check(what: string, condition: boolean): void {
  if (!condition) throw new Error(`${what}: does not hold`);
}

/** Waits for a promise to reject with an `RpcError` of that code and outcome, and returns it. */
export async function checkRejects(
  what: string,
  promise: PromiseLike<unknown>,
  code: ErrorCode,
  outcome?: Outcome,
): Promise<RpcError> {
  const settled = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("value" in settled)
    throw new Error(`${what}: expected a rejection with ${code}, got the value ${show(settled.value)}`);
  const { error } = settled;
  if (!RpcError.is(error)) throw new Error(`${what}: expected an RpcError, got ${String(error)}`);
  if (error.code !== code || (outcome !== undefined && error.outcome !== outcome)) {
    throw new Error(
      `${what}: expected ${code} (${outcome ?? "any outcome"}), got ${error.code} (${error.outcome}): ${error.message}`,
    );
  }
  return error;
}

/** Waits until `condition` holds; throws after ten seconds. For state of another end that tells nobody when it changes. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = systemClock.now() + 10_000;
  while (!condition()) {
    if (systemClock.now() > deadline) throw new Error(`${what}: not within 10 s`);
    await macrotask();
  }
}

/** Lets timers and sockets of this process have their turn. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => systemClock.timer(2, resolve));
}

function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (one instanceof Date || other instanceof Date) {
    return one instanceof Date && other instanceof Date && one.getTime() === other.getTime();
  }
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  if (one instanceof Map || one instanceof Set) return isEqual([...one], [...(other as Iterable<unknown>)]);
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every(
    (name) =>
      Object.hasOwn(other, name) &&
      isEqual((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
  );
}

function show(value: unknown): string {
  const text =
    JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? `${item}n` : item)) ??
    String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
