import type { CallContext } from "./call.js";

/** Where the context of the running call is kept, for code that is not handed it. See `createAmbientContext`. */
export interface AmbientContext {
  /** The context of the call whose method the present code runs for; undefined outside. */
  current(): CallContext | undefined;
  /** Runs `run`, and everything it starts, with that context. */
  run<Result>(context: CallContext, run: () => Result): Result;
}
