import { type ZmqOptions, zmq } from "@rpc/transport-zmq";
import { describe, expect, it } from "vitest";

describe("zmq()", () => {
  it.each([
    [
      { plane: true },
      "unknown option plane of zmq(); known are plain, publish, maxPlainCalls, maxMessageBytes, maxHeldBytes, curve",
    ],
    [{ maxHeldBytes: 0 }, "option maxHeldBytes of zmq() must be a whole number of at least 1, got 0"],
    [{ maxPlainCalls: 1.5 }, "option maxPlainCalls of zmq() must be a whole number of at least 1, got 1.5"],
    [
      { publish: [{ url: "zmq://127.0.0.1:1", event: "A.b" }] },
      "publish serves plain SUB peers: write zmq({ plain: true, publish: [...] })",
    ],
    [
      { plain: true, publish: [{ url: "tcp://127.0.0.1:1", event: "A.b" }] },
      "publish needs a zmq:// or zmq+ipc: url, got tcp://127.0.0.1:1",
    ],
    [
      { plain: true, publish: [{ url: "nonsense", event: "A.b" }] },
      "publish needs a zmq:// or zmq+ipc: url, got nonsense",
    ],
  ])("refuses %j at once", (options, message) => {
    expect(() => zmq(options as ZmqOptions)).toThrow(new TypeError(message));
  });
});
