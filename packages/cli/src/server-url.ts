/** Whether a source names a server, by a scheme of one of the transports. */
export function isServer(source: string): boolean {
  return /^(?:tcp|tls|unix|wss?|zmq(?:\+\w+)?):/i.test(source);
}
