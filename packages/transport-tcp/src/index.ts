export type { CertificateIdentity } from "./certificate-identity.js";
export { type TcpOptions, type TcpTransport, tcp } from "./tcp.js";
export type { TlsOptions } from "./tls-options.js";
