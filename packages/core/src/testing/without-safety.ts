import { type Safety, without } from "../session/safeties.js";

/**
 * Returns options of `serve` or `connect` that take one safety away.
 *
 * For proofs and measurements of what it is worth: sessions with such options lose what they promise not to.
 */
export function withoutSafety<Options extends object>(options: Options, safety: Safety): Options {
  return { ...options, [without]: safety };
}
