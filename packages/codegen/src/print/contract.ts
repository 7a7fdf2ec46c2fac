import type { Contract } from "@rpc/core/contract";
import { canonicalText } from "../read/canonical.js";

/** A contract as the JSON that is committed: keys in order of code units, two spaces, a line end at the end. */
export function printContract(contract: Contract): string {
  return `${canonicalText(contract, "\n")}\n`;
}
