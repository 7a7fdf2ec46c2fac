/** Tells what may be waited for: an object with `then`. */
export function isThenable<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return (
    typeof value === "object" && value !== null && typeof (value as PromiseLike<Value>).then === "function"
  );
}
