/** Key under which a callback from another process is released; shared by all copies of this package in a process. */
export const releaseKey: unique symbol = Symbol.for("@rpc/core.release");

/**
 * Gives a callback back to the process it came from: it will not be called any more.
 *
 * Without it a callback lives as long as its session, and counts against `maxCallbacks` of both sides. Safe to call
 * twice.
 *
 * @throws TypeError for a function that no caller passed.
 */
// biome-ignore lint/suspicious/noExplicitAny: it takes functions of every signature
export function release(callback: (...args: any[]) => unknown): void {
  const give: unknown = Reflect.get(callback, releaseKey);
  if (typeof give !== "function")
    throw new TypeError("release expects a function that a caller passed as an argument");
  give();
}
