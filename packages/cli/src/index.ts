/** The command `rpc`, to run in this process. */
export { type Config, defineConfig } from "./config.js";
export { main } from "./main.js";
export type { Terminal } from "./terminal.js";
