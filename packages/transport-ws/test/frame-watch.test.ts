import { expect, it } from "vitest";
import { FrameWatch } from "../src/frame-watch.js";
import { frame } from "./frames.js";

const stream = [
  frame("first"),
  frame("x".repeat(300)),
  frame("", { opcode: 9 }),
  frame("be", { final: false }),
  frame("ping", { opcode: 9 }),
  frame("gun", { opcode: 0, final: false }),
  frame("", { opcode: 0 }),
  frame("y".repeat(70_000)),
  frame("unmasked", { masked: false }),
];

it("is between messages after each whole one, wherever the bytes are cut", () => {
  const bytes = Buffer.concat(stream);
  // Where a frame ends and no message is open.
  const ends = new Set([0]);
  let end = 0;
  for (const [index, part] of stream.entries()) {
    end += part.length;
    if (index < 3 || index > 5) ends.add(end);
  }
  for (let cut = 1; cut < bytes.length; cut += cut < 1_000 || cut > 70_300 ? 1 : 997) {
    const watch = new FrameWatch();
    watch.push(bytes.subarray(0, cut));
    expect([cut, watch.incomplete]).toEqual([cut, !ends.has(cut)]);
    watch.push(bytes.subarray(cut));
    expect(watch.incomplete).toBe(false);
    expect(watch.claimedBytes).toBe(0);
  }
});

it("tells the size that a header claims before its bytes come, and adds up fragments", () => {
  const watch = new FrameWatch();
  const bytes = frame("z".repeat(20_000_000));
  watch.push(bytes.subarray(0, 14));
  expect([watch.claimedBytes, watch.progress]).toEqual([20_000_000, "0 of 20000000 bytes"]);
  const parts = new FrameWatch();
  parts.push(frame("abc", { final: false }));
  parts.push(frame("defg", { opcode: 0, final: false }));
  expect([parts.claimedBytes, parts.incomplete]).toEqual([7, true]);
});
