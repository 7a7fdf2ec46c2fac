/**
 * What the platform's WebSocket cannot do, by the names that the transport suite knows. In Node nothing is lacking.
 *
 * - `per-connection-pause`: it has no pause, so what comes while the receiver is paused is held, 16 MiB at most.
 * - `packet-timeout`: a message is told of when it is whole; that one has begun is not.
 * - `packet-limit-before-buffering`: for the same reason `maxPacketBytes` is checked on whole messages.
 */
export const platformLacks = [
  "per-connection-pause",
  "packet-timeout",
  "packet-limit-before-buffering",
] as const;
