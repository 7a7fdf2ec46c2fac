import { scanSwitch } from "../wire/scan-switch.js";

/**
 * Switches the scan of what peers send off, or on again, for this whole process.
 *
 * For proofs and measurements of what the scan is worth: without it any peer can stop the process.
 */
export function switchScan(on: boolean): void {
  scanSwitch.on = on;
}
