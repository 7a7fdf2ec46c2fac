/**
 * What ZeroMQ cannot do, by the names that the transport suite knows. CURVE adds nothing to what it can do here; it
 * decides who gets as far as this: `peer-address`, `packet-timeout` and `packet-limit-before-buffering` then concern
 * allowed keys only.
 *
 * - `peer-loss-without-heartbeat`: a server learns that a client vanished without a close notice only by a heartbeat, or
 *   when it sends (`EHOSTUNREACH`).
 * - `peer-address`: a server does not learn its clients' addresses, so limits per address do not apply.
 * - `per-connection-pause`: all clients of a listener share one socket, so the packets of a paused connection are still
 *   read, and held up to `maxHeldBytes`.
 * - `per-connection-close`: a server cannot drop one client's socket; it tells the client and refuses its packets.
 * - `packet-timeout`: a packet that has begun and is not whole is seen by libzmq alone.
 * - `packet-limit-before-buffering`: libzmq buffers up to `maxMessageBytes`; `maxPacketBytes` is checked after that.
 * - `refusal-while-closing`: a closed listener keeps its port until its last connection ends, and answers newcomers with
 *   the close notice, since unbinding a ROUTER drops the peers it has.
 */
export const zmqLacks = [
  "peer-loss-without-heartbeat",
  "peer-address",
  "per-connection-pause",
  "per-connection-close",
  "packet-timeout",
  "packet-limit-before-buffering",
  "refusal-while-closing",
] as const;
