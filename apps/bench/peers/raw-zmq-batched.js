/** zeromq.js bare, all that is sent in a turn in one message: what is possible over ZeroMQ. */
export { batched as peer } from "./raw-zmq.js";
