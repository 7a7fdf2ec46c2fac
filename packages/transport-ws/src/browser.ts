/** The entry for browsers, workers, Bun and Deno: clients over the WebSocket that is there. */
export { platformLacks } from "./lacks.js";
export { ws } from "./platform.js";
