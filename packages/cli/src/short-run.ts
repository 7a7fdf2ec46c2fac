import { setFlagsFromString } from "node:v8";

/**
 * Tells V8 that this process does its work once and ends.
 *
 * The compiler is read in and run for a second or two. Most of what V8 would optimise of it meanwhile is hardly run again,
 * and costs up to a third of the CPU of a run; so a function has to run seven times as long before it is optimised. Of no
 * use to a process that goes on, such as a watch.
 */
export function expectShortRun(): void {
  try {
    // Bytes of bytecode; V8's own is some 66,000.
    setFlagsFromString("--interrupt-budget=500000");
  } catch {
    // Another engine, which has no such flag.
  }
}
