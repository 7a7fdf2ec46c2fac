import type { Proof } from "./proof.js";
import { cutsTcp, cutsZmq } from "./proofs/cuts.js";
import { safeties } from "./proofs/safeties.js";
import { simulation } from "./proofs/simulation.js";

/** Every proof, in the order they run. */
export const proofs: readonly Proof[] = [simulation, safeties, cutsTcp, cutsZmq];
