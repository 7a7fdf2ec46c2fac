/**
 * The context of the running call wherever its code is, by `AsyncLocalStorage`: an entry of its own, since it needs Node.
 */
import type { AmbientContext } from "./ambient-context.js";
import type { CallContext } from "./call.js";

interface Storage<Value> {
  getStore(): Value | undefined;
  run<Result>(value: Value, run: () => Result): Result;
}

interface AsyncHooks {
  readonly AsyncLocalStorage: new <Value>() => Storage<Value>;
}

// Asked for by name at run time, so that core needs neither the builtin nor its types to load.
const host = globalThis as { readonly process?: { getBuiltinModule?(name: "node:async_hooks"): AsyncHooks } };

export type { AmbientContext } from "./ambient-context.js";

/** Makes what `serve` and `connect` share so that calls made inside a method inherit its deadline, signal and trace. */
export function createAmbientContext(): AmbientContext {
  const builtin = host.process?.getBuiltinModule?.("node:async_hooks");
  if (builtin === undefined)
    throw new TypeError("createAmbientContext needs AsyncLocalStorage: Node 20.16 or newer, Bun or Deno");
  const storage = new builtin.AsyncLocalStorage<CallContext>();
  return {
    current: () => storage.getStore(),
    run: (context, run) => storage.run(context, run),
  };
}
