import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Frees what nobody holds: without it the memory of a process says how lazy its collector was. */
export const collectGarbage = runInNewContext("gc") as () => void;
