/** The command `rpc`, to run in this process. */
export { main } from "./main.js";
export type { Terminal } from "./terminal.js";
