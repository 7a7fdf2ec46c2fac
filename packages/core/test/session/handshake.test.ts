import { describe, expect, it } from "vitest";
import { RpcError } from "../../src/errors.js";
import { defaultLimits } from "../../src/limits.js";
import { receiveHello, sayHello, sendHandshake, toPeerLimits } from "../../src/session/handshake.js";
import { createLoosePacket } from "../../src/session/loose-packet.js";
import { everyFrame } from "../../src/testing/every-frame.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import type { Receiver } from "../../src/transport.js";
import { FrameReader } from "../../src/wire/decode-frame.js";
import type { Frame, HandshakeFrame, HelloFrame, WelcomeFrame } from "../../src/wire/frame.js";
import { headerBytes, writeHeader } from "../../src/wire/packet.js";
import { HeldConnection } from "./session-pair.js";

const limits = toPeerLimits(defaultLimits);
const hello: HelloFrame = {
  type: "hello",
  protocol: 1,
  sessionId: new Uint8Array(16),
  received: 0,
  limits,
  features: [],
};
const welcome: WelcomeFrame = {
  type: "welcome",
  protocol: 1,
  epoch: "e",
  resumed: false,
  token: new Uint8Array(16),
  received: 0,
  limits,
  features: [],
};

function packetOf(frame: HandshakeFrame): Uint8Array {
  return createLoosePacket({ number: 0, acknowledged: 0, sentAt: 0 }, frame, defaultLimits, everyFrame);
}

function frameOf(packet: Uint8Array): Frame | undefined {
  return new FrameReader(packet, headerBytes, defaultLimits, everyFrame).next();
}

function numbered(packet: Uint8Array): Uint8Array {
  const copy = packet.slice();
  writeHeader(new DataView(copy.buffer), 0, { numbered: true, number: 1, acknowledged: 0, sentAt: 0 });
  return copy;
}

/** What a connection delivers to once its handshake is done. */
class Taken implements Receiver {
  readonly heard: string[] = [];
  packet(bytes: Uint8Array): void {
    this.heard.push(`packet of ${bytes.length}`);
  }
  drain(): void {
    this.heard.push("drain");
  }
  closed(reason?: Error): void {
    this.heard.push(`closed: ${reason?.message}`);
  }
}

function callServer() {
  const clock = new VirtualClock();
  const connection = new HeldConnection();
  const taken = new Taken();
  const heard: WelcomeFrame[] = [];
  const done = sayHello(
    connection,
    hello,
    { clock, limits: defaultLimits, frames: everyFrame, timeoutMs: 1000 },
    (frame) => {
      heard.push(frame);
      return taken;
    },
  );
  // The tests look at it when they are ready to.
  done.catch(() => {});
  return {
    clock,
    connection,
    taken,
    heard,
    done,
    receive: (bytes: Uint8Array) => connection.receiver!.packet(bytes),
  };
}

function answerClient(heard: (frame: HelloFrame) => Promise<() => Receiver>) {
  const clock = new VirtualClock();
  const connection = new HeldConnection();
  const failed: RpcError[] = [];
  receiveHello(
    connection,
    { clock, limits: defaultLimits, frames: everyFrame, timeoutMs: 1000 },
    heard,
    (reason) => failed.push(reason),
  );
  return { clock, connection, failed, receive: (bytes: Uint8Array) => connection.receiver!.packet(bytes) };
}

const garbage = Uint8Array.from({ length: 40 }, (_, index) => (index * 37) & 255);

describe("sayHello", () => {
  it("says hello, and hands on to who takes over inside the read of the welcome", async () => {
    const { clock, connection, taken, heard, done, receive } = callServer();
    expect(connection.take().map(frameOf)).toEqual([expect.objectContaining({ type: "hello", protocol: 1 })]);
    receive(packetOf(welcome));
    receive(new Uint8Array(99));
    connection.receiver?.drain();
    connection.receiver?.closed(new Error("gone"));
    await done;
    expect(heard).toEqual([welcome]);
    expect(taken.heard).toEqual(["packet of 99", "drain", "closed: gone"]);
    expect(clock.timers).toBe(0);
    expect(connection.closed).toBe(false);
  });

  it.each([
    [
      "another version",
      packetOf({ ...welcome, protocol: 2 }),
      "failed_precondition",
      "the server speaks protocol 2, this side speaks 1; update one of them",
    ],
    ["garbage", garbage, "invalid_argument", "protocol error: packet of unknown kind 0"],
    ["a hello", packetOf(hello), "invalid_argument", "protocol error: expected welcome, got hello"],
    [
      "a ping",
      packetOf({ type: "ping", answer: false }),
      "invalid_argument",
      "protocol error: ping before the handshake",
    ],
    [
      "a numbered packet",
      numbered(packetOf(welcome)),
      "invalid_argument",
      "protocol error: a numbered packet before the handshake",
    ],
    [
      "an empty packet",
      packetOf(welcome).subarray(0, headerBytes),
      "invalid_argument",
      "protocol error: expected one frame in a packet of the handshake",
    ],
  ] as const)("refuses %s, and tells the server why", async (what, bytes, code, message) => {
    const { clock, connection, heard, done, receive } = callServer();
    connection.take();
    receive(bytes);
    const refusal = { code, outcome: "not-executed" };
    await expect(done).rejects.toMatchObject(what === "garbage" ? refusal : { ...refusal, message });
    expect(connection.take().map(frameOf)).toEqual([expect.objectContaining({ type: "close", code })]);
    expect(connection.closed).toBe(true);
    expect(heard).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it("rejects with the server's reason, and does not answer it", async () => {
    const { connection, done, receive } = callServer();
    connection.take();
    receive(
      packetOf({
        type: "close",
        code: "unauthenticated",
        message: "no",
        outcome: "not-executed",
        retryAfterMs: 5,
      }),
    );
    await expect(done).rejects.toMatchObject({ code: "unauthenticated", message: "no", retryAfterMs: 5 });
    expect(connection.sent).toEqual([]);
    expect(connection.closed).toBe(true);
  });

  it("gives up after its timeout", async () => {
    const { clock, connection, done } = callServer();
    await clock.advance(1000);
    await expect(done).rejects.toMatchObject({ code: "unavailable", message: "no handshake within 1000 ms" });
    expect(connection.closed).toBe(true);
  });

  it("rejects when the connection ends", async () => {
    const { clock, connection, done } = callServer();
    connection.receiver?.closed(new Error("reset"));
    await expect(done).rejects.toMatchObject({
      code: "unavailable",
      outcome: "not-executed",
      message: "connection lost in the handshake: reset",
    });
    expect(clock.timers).toBe(0);
  });

  it("rejects when the welcome is refused, and lets the server know", async () => {
    const clock = new VirtualClock();
    const connection = new HeldConnection();
    const done = sayHello(
      connection,
      hello,
      { clock, limits: defaultLimits, frames: everyFrame, timeoutMs: 1000 },
      () => {
        throw new RpcError("unavailable", "the client was closed");
      },
    );
    connection.take();
    connection.receiver?.packet(packetOf(welcome));
    await expect(done).rejects.toMatchObject({ message: "the client was closed" });
    expect(connection.take().map(frameOf)).toMatchObject([{ type: "close" }]);
  });

  it("says that credentials are too large instead of having them refused as a broken packet", async () => {
    const connection = new HeldConnection();
    const large = { ...hello, credentials: "x".repeat(17_000) };
    const options = { clock: new VirtualClock(), limits: defaultLimits, frames: everyFrame, timeoutMs: 1000 };
    await expect(sayHello(connection, large, options, () => new Taken())).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringMatching(/^hello of \d+ bytes exceeds 16384; show smaller credentials$/),
    });
    expect(connection.sent).toEqual([]);
  });

  it.each([
    ["maxPacketBytes", 1024],
    ["maxDepth", 4],
    ["maxNodes", 64],
  ] as const)(
    "refuses a peer that takes so little (%s) that it could not be told anything",
    async (name, least) => {
      const { done, receive } = callServer();
      receive(packetOf({ ...welcome, limits: { ...limits, [name]: least - 1 } }));
      await expect(done).rejects.toMatchObject({
        code: "invalid_argument",
        message: `protocol error: welcome.limits.${name}: expected at least ${least}, got ${least - 1}`,
      });
    },
  );
});

describe("receiveHello", () => {
  it("hands on after the decision, and forgets its timeout", async () => {
    const taken = new Taken();
    const { clock, connection, failed, receive } = answerClient(async () => () => {
      sendHandshake(connection, welcome, { limits: defaultLimits, frames: everyFrame });
      return taken;
    });
    receive(packetOf({ ...hello, credentials: "Alex" }));
    await clock.settle();
    expect(connection.take().map(frameOf)).toEqual([welcome]);
    receive(new Uint8Array(7));
    expect(taken.heard).toEqual(["packet of 7"]);
    expect(failed).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it.each([
    [
      "another version",
      packetOf({ ...hello, protocol: 9 }),
      "failed_precondition",
      "the client speaks protocol 9, this side speaks 1; update one of them",
    ],
    [
      "garbage",
      garbage.subarray(0, 5),
      "invalid_argument",
      "protocol error: packet of 5 bytes has no header",
    ],
    ["a welcome", packetOf(welcome), "invalid_argument", "protocol error: expected hello, got welcome"],
    [
      "a numbered hello",
      numbered(packetOf(hello)),
      "invalid_argument",
      "protocol error: a numbered packet before the handshake",
    ],
    [
      "two frames",
      Uint8Array.of(...packetOf(hello), ...packetOf(hello).subarray(headerBytes)),
      "invalid_argument",
      "protocol error: expected one frame in a packet of the handshake",
    ],
  ] as const)("refuses %s, and tells the client why", async (_, bytes, code, message) => {
    const { clock, connection, failed, receive } = answerClient(async () => () => new Taken());
    receive(bytes);
    await clock.settle();
    expect(failed).toMatchObject([{ code, message }]);
    expect(connection.take().map(frameOf)).toMatchObject([{ type: "close", code, message }]);
    expect(connection.closed).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it.each([
    ["hello twice", packetOf(hello), "protocol error: hello before the welcome"],
    ["anything else", packetOf({ type: "ping", answer: false }), "protocol error: ping before the handshake"],
  ])("refuses %s before the welcome, and never welcomes", async (_, second, message) => {
    let decide: (welcome: () => Receiver) => void = () => {};
    const taken = new Taken();
    const { clock, failed, receive } = answerClient(() => new Promise((resolve) => (decide = resolve)));
    receive(packetOf(hello));
    receive(second);
    expect(failed).toMatchObject([{ message }]);
    decide(() => {
      taken.heard.push("welcomed");
      return taken;
    });
    await clock.settle();
    expect(taken.heard).toEqual([]);
  });

  it("gives up on a client that says nothing", async () => {
    const { clock, connection, failed } = answerClient(async () => () => new Taken());
    await clock.advance(1000);
    expect(failed).toMatchObject([{ message: "no handshake within 1000 ms" }]);
    expect(connection.closed).toBe(true);
  });

  it("gives up on a decision that does not come", async () => {
    const { clock, connection, failed, receive } = answerClient(() => new Promise(() => {}));
    receive(packetOf(hello));
    await clock.advance(1000);
    expect(failed).toHaveLength(1);
    expect(connection.closed).toBe(true);
  });

  it("tells the client why it was refused", async () => {
    const { clock, connection, failed, receive } = answerClient(async () => {
      throw new RpcError("resource_exhausted", "full", { retryAfterMs: 9 });
    });
    receive(packetOf(hello));
    await clock.settle();
    expect(failed).toHaveLength(1);
    expect(connection.take().map(frameOf)).toMatchObject([
      { type: "close", code: "resource_exhausted", retryAfterMs: 9 },
    ]);
  });

  it("refuses when the welcome itself fails", async () => {
    const { clock, connection, failed, receive } = answerClient(async () => () => {
      throw new RpcError("resource_exhausted", "one session too many");
    });
    receive(packetOf(hello));
    await clock.settle();
    expect(failed).toMatchObject([{ message: "one session too many" }]);
    expect(connection.take().map(frameOf)).toMatchObject([
      { type: "close", message: "one session too many" },
    ]);
    expect(connection.closed).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it("tells who takes over when the connection ends inside the welcome", async () => {
    const taken = new Taken();
    const { clock, connection, failed, receive } = answerClient(async () => () => {
      connection.receiver?.closed(new Error("broken pipe"));
      return taken;
    });
    receive(packetOf(hello));
    await clock.settle();
    expect(taken.heard).toEqual(["closed: broken pipe"]);
    expect(failed).toEqual([]);
  });
});
