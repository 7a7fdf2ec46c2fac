/** What a page needs to call a server: measured as a bundle, never run. */
export { connect } from "@rpc/core/browser";
export { ws } from "@rpc/transport-ws/browser";
