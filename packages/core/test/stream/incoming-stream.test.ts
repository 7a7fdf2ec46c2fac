import { describe, expect, test } from "vitest";
import { IncomingStream } from "../../src/stream/incoming-stream.js";

function create(items = 8, bytes = 1_000) {
  const granted: number[] = [];
  const calls: string[] = [];
  const stream = new IncomingStream({
    name: "Quotes.ticks",
    credit: { items, bytes },
    started: () => calls.push("started"),
    left: () => calls.push("left"),
  });
  stream.open((credit) => granted.push(credit.items));
  return { stream, granted, calls };
}

function items(from: number, count: number, bytes = 1) {
  return Array.from({ length: count }, (_, index) => ({ value: from + index, bytes }));
}

describe("an incoming stream", () => {
  test("gives what waits before it ends with its error, once", async () => {
    const { stream } = create();
    stream.items(0, items(0, 2));
    stream.end({ error: new Error("over") });
    expect(stream.lastIndex).toBe(1);
    expect(await stream.next()).toEqual({ done: false, value: 0 });
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    await expect(stream.next()).rejects.toThrow("over");
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("grants by halves what was taken, and nothing of what waits", async () => {
    const { stream, granted } = create(8);
    stream.items(0, items(0, 8));
    expect(granted).toEqual([]);
    for (let count = 0; count < 3; count++) await stream.next();
    expect(granted).toEqual([]);
    await stream.next();
    expect(granted).toEqual([4]);
    expect(stream.queued).toBe(4);
  });

  test("grants bytes by halves too, so that one large item does not stop it", async () => {
    const { stream, granted } = create(8, 1_000);
    stream.items(0, items(0, 1, 5_000));
    expect(() => stream.items(1, items(1, 1))).toThrow("without credit");
    await stream.next();
    expect(granted).toEqual([1]);
  });

  test("refuses an item out of turn and one without credit", () => {
    const { stream } = create(2);
    expect(() => stream.items(1, items(1, 1))).toThrow("item 1 of a stream, 0 was expected");
    expect(() => stream.items(0, items(0, 3))).toThrow("without credit");
  });

  test("answers several who ask ahead, in their order, and ends for the rest", async () => {
    const { stream } = create();
    const asked = [stream.next(), stream.next(), stream.next()];
    stream.items(0, items(0, 2));
    stream.end(undefined);
    expect((await Promise.all(asked)).map(({ value }) => value)).toEqual([0, 1, undefined]);
  });

  test("drops what waits when its loop is left, and tells it once", async () => {
    const { stream, calls } = create();
    stream.items(0, items(0, 3));
    for await (const _ of stream) break;
    await stream.return();
    stream.items(3, items(3, 1));
    expect(stream.queued).toBe(0);
    expect(calls).toEqual(["started", "left"]);
    expect(() => stream[Symbol.asyncIterator]()).toThrow("a stream is iterated once");
  });
});
