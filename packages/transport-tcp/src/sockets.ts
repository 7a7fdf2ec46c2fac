/** What another transport over sockets of Node shares with this one. Not for applications. */
export { isLoopback } from "./address.js";
export { bind } from "./bind.js";
export { ConnectionCount } from "./connection-count.js";
export { readKeyFile, readNamedFile } from "./key-file.js";
export { PacketTimeout } from "./packet-timeout.js";
export { connectError, inWords, listenError, socketBreak } from "./socket-errors.js";
export { remoteHost, socketPeer } from "./socket-peer.js";
export { TlsListeners } from "./tls-listeners.js";
export {
  checkTlsOptions,
  hasCertificate,
  loadTlsOptions,
  type NodeTlsOptions,
  provesPeers,
  type TlsOptions,
  tlsRefusal,
} from "./tls-options.js";
