/** What a page needs whose services have calls only: measured as a bundle, never run. */
export { connect } from "@rpc/core/browser";
export { ws } from "@rpc/transport-ws/browser";
