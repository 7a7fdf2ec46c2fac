/** Bytes that break the protocol. They end the session that sent them, or the connection if there is none yet. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}
