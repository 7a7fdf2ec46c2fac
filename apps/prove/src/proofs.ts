import type { Proof } from "./proof.js";
import { simulation } from "./proofs/simulation.js";

/** Every proof, in the order they run. */
export const proofs: readonly Proof[] = [simulation];
