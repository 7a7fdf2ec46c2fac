import { connect, expose, memory, type Remote, type RpcError, serve, service } from "@rpc/core";
import { describe, expect, test, vi } from "vitest";
import { defaultLimits } from "../../src/limits.js";
import { ByteSink } from "../../src/wire/byte-sink.js";
import type { CallExtras } from "../../src/wire/frame.js";
import { encodeValue } from "../../src/wire/values.js";
import { connectRaw, listenRaw, type RawSession } from "./raw-session.js";

@service("Pit")
class Pit {
  /** Reads one item and then waits for ever. */
  @expose()
  async readOne(numbers: AsyncIterable<number>): Promise<void> {
    for await (const _ of numbers) await new Promise(() => {});
  }

  /** Never reads. */
  @expose()
  ignore(_numbers: AsyncIterable<number>): Promise<void> {
    return new Promise(() => {});
  }

  @expose()
  async *silence(): AsyncGenerator<number> {
    await new Promise(() => {});
    yield 1;
  }

  @expose()
  ping(): string {
    return "pong";
  }

  @expose({ oneway: true })
  log(): Promise<void> {
    return new Promise(() => {});
  }
}

const stream = { passed: [{ index: 0, kind: "stream", id: 0 }] } as const;

describe("a client that does not keep to the protocol of streams is refused", () => {
  test.each<[string, CallExtras, string, (raw: RawSession) => void]>([
    ["items of a stream that was not passed", stream, "readOne", (raw) => items(raw, 2, 0, 1)],
    ["items before any credit", stream, "ignore", (raw) => items(raw, 1, 0, 1)],
    ["items beyond its credit", stream, "readOne", (raw) => items(raw, 1, 0, 1_025)],
    ["an item out of turn", stream, "readOne", (raw) => items(raw, 1, 7, 1)],
    ["items after the end", stream, "readOne", (raw) => [end(raw), items(raw, 1, 0, 1)]],
    ["an end that comes twice", stream, "readOne", (raw) => [end(raw), end(raw)]],
    [
      "more credit than can be counted",
      { credit: { items: 2 ** 32 - 1, bytes: 1 } },
      "silence",
      (raw) => credit(raw, 0),
    ],
    [
      "an answer to a callback that nobody called",
      {},
      "ping",
      (raw) => raw.session.send({ type: "reply", id: 9, value: 1 }),
    ],
    ["an index twice", { passed: [stream.passed[0], stream.passed[0]] }, "readOne", () => {}],
    ["an index behind the arguments", { passed: [{ index: 3, kind: "stream", id: 0 }] }, "readOne", () => {}],
  ])("%s", async (_, extras, method, harm) => {
    await using server = await serve([new Pit()], { transports: [transport], listen: "memory:pit" });
    const raw = await connectRaw(transport, "memory:pit");
    call(raw, 65_536, method, extras);
    if (method === "readOne" && extras === stream)
      await vi.waitUntil(() => raw.frames.some(({ type }) => type === "credit"));
    harm(raw);
    expect(await raw.ended).toContain("protocol error");
    expect(server.stats().sessions).toEqual([]);
  });

  test("one-way calls beyond maxRunningCalls", async () => {
    await using server = await serve([new Pit()], {
      transports: [transport],
      listen: "memory:pit",
      limits: { maxRunningCalls: 4 },
    });
    const raw = await connectRaw(transport, "memory:pit");
    for (let id = 1; id <= 5; id++) call(raw, id, "log", { oneway: true });
    expect(await raw.ended).toContain("one-way calls beyond maxRunningCalls (4)");
    expect(server.stats().sessions).toEqual([]);
  });

  test("but what can cross the answer on the wire is dropped", async () => {
    await using server = await serve([new Pit()], { transports: [transport], listen: "memory:pit" });
    const raw = await connectRaw(transport, "memory:pit");
    call(raw, 65_536, "ping", stream);
    await vi.waitUntil(() => raw.frames.some(({ type }) => type === "reply"));
    items(raw, 1, 0, 3);
    end(raw);
    credit(raw, 0);
    raw.session.send({ type: "cancel", id: 65_536 });
    call(raw, 65_537, "ping", {});
    await vi.waitUntil(() => raw.frames.filter(({ type }) => type === "reply").length === 2);
    await raw.session.close({ code: "cancelled", message: "over", outcome: "unknown" } as RpcError);
    await vi.waitUntil(() => server.stats().sessions.length === 0);
  });
});

describe("a server that does not keep to the protocol of streams is refused", () => {
  test.each<[string, (raw: RawSession, id: number) => void]>([
    ["items of a call that wants one reply", (raw, id) => items(raw, 0, 0, 1, id)],
    ["items of a call that is not pending", (raw) => items(raw, 0, 0, 1, 77)],
    ["credit for a call that is not pending", (raw) => credit(raw, 1, 77)],
    [
      "credit for one-way calls that were not sent",
      (raw) => raw.session.send({ type: "credit", id: 0, stream: 0, items: 1, bytes: 0 }),
    ],
    [
      "a call of a callback that was not passed",
      (raw) => raw.session.send({ type: "callback", id: 1, timeLeftMs: 100, callback: 5, args: [] }),
    ],
    [
      "the release of a callback that was not passed",
      (raw) => raw.session.send({ type: "release", callback: 5 }),
    ],
  ])("%s", async (_, harm) => {
    const own = memory();
    const raw = await listenRaw(own, "memory:raw");
    await using client = await connect("memory:raw", { transports: [own] });
    const lost = client
      .service<Remote<Pit>>("Pit")
      .ping()
      .catch((error: RpcError) => error.code);
    await vi.waitUntil(() => raw.frames.some(({ type }) => type === "call"));
    harm(raw, (raw.frames.find(({ type }) => type === "call") as { readonly id: number }).id);
    expect(await raw.ended).toContain("protocol error");
    expect(await lost).toBe("unavailable");
  });
});

const transport = memory();

function call({ session }: RawSession, id: number, method: string, extras: CallExtras): void {
  session.send({
    type: "call",
    id,
    timeLeftMs: Infinity,
    target: { service: "Pit", method },
    extras,
    args: [null],
  });
}

function items({ session }: RawSession, stream: number, index: number, count: number, id = 65_536): void {
  const sink = new ByteSink(16);
  for (let item = 0; item < count; item++) encodeValue(sink, item, defaultLimits);
  session.send({ type: "items", id, stream, index, count, encoded: sink.bytes.slice(0, sink.position) });
}

function end({ session }: RawSession, id = 65_536): void {
  session.send({ type: "end", id, stream: 1, error: undefined });
}

function credit({ session }: RawSession, stream: number, id = 65_536): void {
  session.send({ type: "credit", id, stream, items: 2 ** 32 - 1, bytes: 2 ** 32 - 1 });
}
