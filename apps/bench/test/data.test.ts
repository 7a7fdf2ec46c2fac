import { describe, expect, it } from "vitest";
import { checkBytes, checkOrder, checkStream, createBytes, order, TickCheck } from "../src/data.js";
import { RawFrames } from "../src/peers/raw-frames.js";

describe("checks of answers", () => {
  it("see every value of an order that came back changed", () => {
    expect(() => checkOrder(structuredClone(order))).not.toThrow();
    for (const path of leaves(order)) {
      const changed = structuredClone(order) as unknown as Record<string, never>;
      const parent = path.slice(0, -1).reduce((value, key) => value[key]!, changed);
      (parent as Record<string, unknown>)[path.at(-1)!] = "changed";
      expect(() => checkOrder(changed), path.join(".")).toThrow("the order came back changed");
    }
  });

  it("see a byte that came back changed", () => {
    const bytes = Uint8Array.from(createBytes(1_000));
    expect(() => checkBytes(bytes, 1_000)).not.toThrow();
    bytes[500]! ^= 1;
    expect(() => checkBytes(bytes, 1_000)).toThrow("1000 bytes came back changed");
    expect(() => checkBytes(bytes.subarray(1), 1_000)).toThrow("1000 bytes came back changed");
  });

  it("see a tick that is missing, doubled or out of order", async () => {
    for (const wrong of [3, 1, 0]) {
      const check = new TickCheck();
      const heard = check.next(3);
      for (const n of [0, 1, wrong]) check.take(n);
      await expect(heard).rejects.toThrow(`tick ${wrong} came after 1`);
    }
    const check = new TickCheck();
    for (const round of [0, 1]) {
      const heard = check.next(2);
      check.take(round * 2);
      check.take(round * 2 + 1);
      await heard;
    }
  });

  it("see a stream that ends early or skips", async () => {
    async function* stream(...numbers: number[]) {
      yield* numbers;
    }
    const n = (tick: number) => tick;
    await checkStream(stream(0, 1), 2, n);
    await expect(checkStream(stream(0, 1), 3, n)).rejects.toThrow("ended after 2 ticks, expected 3");
    await expect(checkStream(stream(0, 2), 2, n)).rejects.toThrow("tick 2 came, expected 1");
  });
});

it("finds raw messages at every cut", () => {
  const bodies = ["", "a", "some words", "x".repeat(300)];
  const bytes = Buffer.concat(
    bodies.map((body) => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(body.length);
      return Buffer.concat([head, Buffer.from(body)]);
    }),
  );
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const found: string[] = [];
    const frames = new RawFrames((body) => found.push(body.toString()));
    for (const chunk of [bytes.subarray(0, cut), bytes.subarray(cut)]) frames.push(chunk);
    expect(found).toEqual(bodies);
  }
});

function leaves(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...path]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}
