import { describe, expect, it } from "vitest";
import type { RpcError } from "../../src/errors.js";
import { checkLimits } from "../../src/limits.js";
import type { ServedSession } from "../../src/server/served-session.js";
import { SessionTable } from "../../src/server/session-table.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";

const peer = { scheme: "tcp", address: "10.0.0.1:5000" };

function create() {
  const clock = new VirtualClock();
  const table = new SessionTable(
    clock,
    checkLimits({ sessionRetentionMs: 1000, maxDetachedSessionsPerAddress: 2 }),
  );
  const ended: string[] = [];
  const add = (id: string, token = Uint8Array.of(1, 2, 3), received = 1) => {
    const session = {
      received,
      end: (reason: RpcError) => {
        ended.push(reason.message);
        table.delete(id);
      },
    };
    table.add(id, { token, session } as unknown as ServedSession);
  };
  return { clock, table, ended, add };
}

describe("a session table", () => {
  it("finds a session by its id and token, and by nothing less", () => {
    const { table, add } = create();
    add("a");
    expect(table.find("a", Uint8Array.of(1, 2, 3))).toBeDefined();
    for (const token of [
      Uint8Array.of(1, 2, 4),
      Uint8Array.of(1, 2),
      Uint8Array.of(1, 2, 3, 0),
      new Uint8Array(0),
    ]) {
      expect(table.find("a", token)).toBeUndefined();
    }
    expect(table.find("b", Uint8Array.of(1, 2, 3))).toBeUndefined();
    expect([table.has("a"), table.has("b"), table.size, [...table].length]).toEqual([true, false, 1, 1]);
  });

  it("ends a session whose client stays away", async () => {
    const { clock, table, add, ended } = create();
    add("a");
    table.detached("a", peer);
    await clock.advance(999);
    expect(ended).toEqual([]);
    await clock.advance(1);
    expect([ended, table.size]).toEqual([["the client was away for 1000 ms"], 0]);
  });

  it("keeps one whose client came back, and counts anew when it leaves again", async () => {
    const { clock, table, add, ended } = create();
    add("a");
    table.detached("a", peer);
    await clock.advance(900);
    table.attached("a");
    await clock.advance(900);
    table.detached("a", peer);
    table.detached("a", peer);
    await clock.advance(900);
    expect([ended, clock.timers]).toEqual([[], 1]);
  });

  it("leaves no timer for a session that is gone", () => {
    const { clock, table, add } = create();
    add("a");
    table.detached("a", peer);
    table.delete("a");
    table.detached("a", peer);
    expect(clock.timers).toBe(0);
  });

  it("keeps the newest few of one address, and counts no loopback", () => {
    const { table, add, ended } = create();
    for (const [index, id] of ["a", "b", "c"].entries()) {
      add(id);
      table.detached(id, { scheme: "tcp", address: `10.0.0.1:${index}` });
    }
    expect(ended).toEqual(["more than 2 sessions of 10.0.0.1 wait for their clients"]);
    expect([table.has("a"), table.has("b"), table.has("c")]).toEqual([false, true, true]);
    for (const id of ["d", "e", "f", "g"]) {
      add(id);
      table.detached(id, { scheme: "tcp", address: "127.0.0.1:5" });
    }
    expect(ended).toHaveLength(1);
    table.attached("b");
    add("h");
    table.detached("h", peer);
    expect(ended).toHaveLength(1);
  });

  it("makes room by the oldest that was left before anything was said, and by no other", () => {
    const { table, add, ended } = create();
    const local = { scheme: "tcp", address: "127.0.0.1:5000" };
    const token = Uint8Array.of(1);
    for (const [id, received] of [
      ["used", 3],
      ["here", 0],
      ["back", 0],
      ["old", 0],
      ["new", 0],
    ] as const)
      add(id, token, received);
    for (const id of ["used", "back", "old", "new"]) table.detached(id, local);
    table.attached("back");
    expect([table.makeRoom(), table.has("old"), table.has("new")]).toEqual([true, false, true]);
    expect([table.makeRoom(), table.makeRoom()]).toEqual([true, false]);
    expect(ended).toEqual(Array(2).fill("made room for another session (maxSessions)"));
    expect(["used", "here", "back"].map((id) => table.has(id))).toEqual([true, true, true]);
  });
});
