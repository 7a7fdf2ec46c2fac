export type { CertificateIdentity, TlsOptions } from "@rpc/transport-tcp";
export type { WsOptions } from "./options.js";
export { type WsTransport, ws } from "./ws.js";
