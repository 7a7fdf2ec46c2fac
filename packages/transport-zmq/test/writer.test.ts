import type { Clock } from "@rpc/core/transport";
import { describe, expect, it } from "vitest";
import type { Router } from "zeromq";
import { maxWaitingBytes, maxWaitingPackets, SendQueue } from "../src/send-queue.js";
import { Writer } from "../src/writer.js";
import { bytes } from "./ends.js";

/** A ROUTER by its behaviour: each send goes as `answers` says for its peer, else well. */
class ScriptedRouter {
  readonly sent: string[] = [];
  readonly answers = new Map<string, string>();

  async send(message: Uint8Array[]): Promise<void> {
    const [route, packet] = message.map((part) => Buffer.from(part).toString());
    const code = this.answers.get(route!);
    if (code !== undefined) throw Object.assign(new Error(code), { code });
    this.sent.push(`${route}:${packet}`);
  }
}

function create() {
  const router = new ScriptedRouter();
  const timers: { ms: number; fire: () => void }[] = [];
  const clock = {
    timer: (ms: number, fire: () => void) => {
      timers.push({ ms, fire });
      return { clear() {} };
    },
  } as unknown as Clock;
  const told: string[] = [];
  const queue = (route: string) =>
    new SendQueue(bytes(route), {
      drained: () => void told.push(`${route} drained`),
      lost: (reason) => void told.push(`${route} lost: ${reason.message}`),
    });
  const writer = new Writer(router as unknown as Router, clock);
  return { router, timers, told, queue, writer };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("Writer", () => {
  it("gives every queue its turn", async () => {
    const { router, queue, writer } = create();
    const [a, b] = [queue("a"), queue("b")];
    for (const text of ["1", "2", "3"]) writer.send(a, bytes(text));
    for (const text of ["1", "2"]) writer.send(b, bytes(text));
    await turn();
    expect(router.sent).toEqual(["a:1", "b:1", "a:2", "b:2", "a:3"]);
  });

  it("leaves a peer without room out, tries it ever more seldom, and keeps its order", async () => {
    const { router, timers, queue, writer } = create();
    const [a, b] = [queue("a"), queue("b")];
    router.answers.set("a", "EAGAIN");
    for (const text of ["1", "2"]) writer.send(a, bytes(text));
    writer.send(b, bytes("1"));
    for (let round = 0; round < 9; round += 1) {
      await turn();
      timers.at(-1)!.fire();
    }
    await turn();
    expect(timers.map(({ ms }) => ms)).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 64, 64]);
    expect(router.sent).toEqual(["b:1"]);
    router.answers.clear();
    writer.send(a, bytes("3"));
    timers.at(-1)!.fire();
    await turn();
    expect(router.sent).toEqual(["b:1", "a:1", "a:2", "a:3"]);
  });

  it("reports a peer that is gone once, and sends nothing more for it", async () => {
    const { router, told, queue, writer } = create();
    const a = queue("a");
    router.answers.set("a", "EHOSTUNREACH");
    writer.send(a, bytes("1"));
    writer.send(a, bytes("2"));
    await turn();
    router.answers.clear();
    expect(writer.send(a, bytes("3"))).toBe(true);
    await turn();
    expect(told).toEqual(["a lost: the peer is gone"]);
    expect(router.sent).toEqual([]);
  });

  it("sends nothing for a queue closed while it waits for room", async () => {
    const { router, timers, queue, writer } = create();
    const a = queue("a");
    router.answers.set("a", "EAGAIN");
    writer.send(a, bytes("1"));
    await turn();
    a.close();
    router.answers.clear();
    timers[0]!.fire();
    await turn();
    expect(router.sent).toEqual([]);
  });

  it.each([
    ["packets", maxWaitingPackets + 2, 1],
    ["bytes", 3, maxWaitingBytes / 2 + 1],
    // The first packet leaves at once and does not wait.
  ])("says when too many %s wait, and once when there is room again", async (_what, count, size) => {
    const { told, queue, writer } = create();
    const a = queue("a");
    const rooms = Array.from({ length: count }, () => writer.send(a, new Uint8Array(size)));
    expect(rooms.indexOf(false)).toBe(count - 1);
    await turn();
    expect(told).toEqual(["a drained"]);
  });
});
