/**
 * ZeroMQ for `@rpc/core`.
 *
 * @example
 * ```ts
 * import { connect, serve } from "@rpc/core";
 * import { zmq } from "@rpc/transport-zmq";
 *
 * const server = await serve([new Quotes()], { transports: [zmq()], listen: ["zmq://127.0.0.1:7000"] });
 * const client = await connect("zmq://127.0.0.1:7000", { transports: [zmq()] });
 * ```
 */
export { type CurveKeys, createCurveKeys } from "./curve-keys.js";
export type { CurveOptions } from "./curve-options.js";
export { zmqLacks } from "./lacks.js";
export type { PublishOption, ZmqOptions } from "./options.js";
export type { CurveIdentity } from "./router-peers.js";
export { type ZmqTransport, zmq } from "./zmq.js";
