import type { Proof } from "./proof.js";
import { attacksProof } from "./proofs/attacks.js";
import { conflation } from "./proofs/conflation.js";
import { cutsTcp, cutsZmq } from "./proofs/cuts.js";
import { everyCut } from "./proofs/every-cut.js";
import { fanOut } from "./proofs/fan-out.js";
import { fuzz } from "./proofs/fuzz.js";
import { halfOpen } from "./proofs/half-open.js";
import { killsTcp, killsZmq } from "./proofs/kills.js";
import { log } from "./proofs/log.js";
import { rollingTcp, rollingZmq } from "./proofs/rolling.js";
import { safeties } from "./proofs/safeties.js";
import { scan } from "./proofs/scan.js";
import { simulation } from "./proofs/simulation.js";
import { soak } from "./proofs/soak.js";
import { stall } from "./proofs/stall.js";

/** Every proof, in the order they run. */
export const proofs: readonly Proof[] = [
  simulation,
  safeties,
  attacksProof,
  fuzz,
  scan,
  cutsTcp,
  cutsZmq,
  everyCut,
  killsTcp,
  killsZmq,
  rollingTcp,
  rollingZmq,
  halfOpen,
  stall,
  fanOut,
  conflation,
  log,
  soak,
];
