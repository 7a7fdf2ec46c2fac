/** What a page needs that does everything a client can: measured as a bundle, never run. */
export { connect, everything } from "@rpc/core/browser";
export { ws } from "@rpc/transport-ws/browser";
