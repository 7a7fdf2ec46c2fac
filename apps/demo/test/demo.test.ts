import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { dirname } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { build, endAll, isRunning, run, start, startGroup } from "./programs.js";

const serverLine = /server: process (\d+), listening at (\S+)/;
const firstCall = /person\.getName\(\)/;

beforeAll(build, 120_000);
afterEach(() => expect(endAll()).toBe(false));

describe("npx pnpm@12 demo", () => {
  const told: string[] = [];
  const crashes: string[] = [];

  it.each(["tcp", "ws", "zmq", "unix", "memory"])(
    "goes through the tour over %s and leaves nothing",
    async (name) => {
      const { code, stdout, stderr } = await run("main", [name]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const [title, tour] = [
        stdout.slice(0, stdout.indexOf("The lesson")),
        stdout.slice(stdout.indexOf("The lesson")),
      ];
      expect(title).toContain(`over ${name}`);
      // How many calls a kill hits is another number each time.
      const [same = "", crash] = tour.split("A server that is killed in the middle");
      told.push(same.replace("  Client and server are closed.", "").trimEnd());
      if (crash !== undefined) crashes.push(crash);
      const [, , url] = serverLine.exec(stdout)!;
      const servers = [...stdout.matchAll(/server: process (\d+)/g)].map(([, pid]) => Number(pid));
      expect(servers.filter((pid) => pid !== process.pid && isRunning(pid))).toEqual([]);
      expect(linesOf(stdout).at(-1)).toBe("Client and server are closed.");
      if (name === "unix") expect(existsSync(dirname(new URL(url!).pathname))).toBe(false);
    },
  );

  it("tells the same over every transport", () => {
    expect(told).toHaveLength(5);
    expect(new Set(told).size).toBe(1);
  });

  it("tells the lesson, step by step", () => {
    const facts = linesOf(told[0]!);
    expect(facts.slice(2, 14)).toEqual([
      'person.getName() "小红"',
      "person.getAge() 18",
      "renamed: 小红 is called Alex now",
      'person.changeName("Alex") done',
      'person.getName() "Alex"',
      "person.changeAge(100) done",
      "person.getAge() 100",
      "person.changeAge(-1) RpcError: an age must be a whole number from 0 to 150, got -1",
      "code invalid_argument, outcome executed",
      "No generated client has a method that does not exist. A dynamic proxy can still ask for one:",
      'anybody.fly("Mars") RpcError: no method Person.fly',
      "code unimplemented, outcome not-executed",
    ]);
  });

  it("tells ticks by prefix, an order, its fill, the position and what is refused", () => {
    const facts = linesOf(told[0]!);
    const ticks = facts.filter((line) => /^\d{4}-/.test(line));
    expect(ticks).toHaveLength(10);
    expect(ticks.every((line) => / STOCK\.A(APL|MZN) /.test(line))).toBe(true);
    expect(facts).toEqual(
      expect.arrayContaining([
        "desk.placeOrder(buy 100 AAPL at 22 or less) { id: 1, state: 'open' }",
        "2000-05-01 STOCK.AAPL 21.00",
        "filled: 100 AAPL at 21.00 on 2000-05-01",
        "The desk published until then: AAPL 5, AMZN 5, IBM 5, MSFT 5, SPX 83.",
        "Through the prefix came AAPL 5, AMZN 5; IBM, MSFT, SPX stayed out.",
        "desk.positions() [ { symbol: 'AAPL', quantity: 100, averagePrice: 21 } ]",
        "The last is of 2000-01-07, a Date; its volume, 1225200000n, is a bigint.",
        "desk.cancelOrder(2) { id: 2, state: 'cancelled' }",
        "desk.placeOrder(buy 100 SPX) OrderRefused: SPX is an index and cannot be traded",
        "reason not-tradable, code invalid_argument, outcome executed",
      ]),
    );
  });

  it("kills a server in the middle, and shows that nothing is lost, doubled or silent", () => {
    // Over memory client and server are one process: there is none to kill.
    expect(crashes).toHaveLength(4);
    for (const facts of crashes.map(linesOf)) {
      expect(
        facts.filter((line) => /^gap: ticks of \w+ from number \d+ on \(epoch-changed\)$/.test(line)),
      ).toHaveLength(3);
      expect(facts.filter((line) => line.startsWith("client: "))).toEqual([
        "client: resuming",
        "client: reset",
        "client: online",
      ]);
      expect(facts).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^\d+ orders were answered, \d+ ended with the outcome unknown/),
          "At the exchange: 240 orders, each booked once.",
          expect.stringMatching(/^holdings, told again .*'AAPL', quantity: 800 .*'IBM', quantity: 800/),
        ]),
      );
    }
  });

  it("takes tcp when nothing is said, and a -- that pnpm passes on", async () => {
    expect((await run("main", ["--"])).stdout).toMatch(/^Two processes over tcp\n/);
  });

  it.each([
    [["foo"], 'demo: no transport "foo"'],
    [["tcp", "zmq"], "demo: expected one transport, got tcp zmq"],
  ])("refuses the words %j", async (words, sentence) => {
    expect(await run("main", words)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `${sentence}; usage: npx pnpm@12 demo [tcp|ws|zmq|unix|memory]\n`,
    });
  });

  it("says so when its server dies", async () => {
    const demo = start("main", ["tcp"]);
    const [, pid] = await demo.printed(serverLine);
    await demo.printed(firstCall);
    process.kill(Number(pid), "SIGKILL");
    const { code, stderr, stdout } = await demo.end;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "demo: the server process ended in the middle of the demo (signal SIGKILL)\n",
    });
    expect(stdout).not.toContain("are closed");
  });

  it.each([
    ["Ctrl-C, which reaches both", "SIGINT", -1, 130],
    ["SIGINT", "SIGINT", 1, 130],
    ["SIGTERM", "SIGTERM", 1, 143],
  ] as const)("closes both on %s", async (_, signal, group, exitCode) => {
    const demo = startGroup("main", ["unix"]);
    const [, pid, url] = await demo.printed(serverLine);
    await demo.printed(firstCall);
    process.kill(group * demo.process.pid!, signal);
    expect(await demo.end).toMatchObject({ code: exitCode, stderr: "" });
    expect(isRunning(Number(pid))).toBe(false);
    expect(existsSync(dirname(new URL(url!).pathname))).toBe(false);
  });

  it("closes both when nobody reads on", async () => {
    const demo = start("main", ["tcp"]);
    const [, pid] = await demo.printed(serverLine);
    demo.process.stdout?.destroy();
    expect(await demo.end).toMatchObject({ code: 141, stderr: "" });
    expect(isRunning(Number(pid))).toBe(false);
  });

  it("leaves no server behind when it is killed", async () => {
    const demo = start("main", ["tcp"]);
    const [, , url] = await demo.printed(serverLine);
    const { hostname, port } = new URL(url!);
    // A connection of its own tells the end of a process that is nobody's child any more.
    const witness = connectSocket(Number(port), hostname).resume();
    await once(witness, "connect");
    // It may end by a reset, which is an end too.
    witness.on("error", () => {});
    const closed = new Promise((resolve) => witness.once("close", resolve));
    demo.process.kill("SIGKILL");
    await closed;
    await demo.end;
  });
});

/** The lines of a text, without indentation and columns. */
function linesOf(text: string): string[] {
  return text
    .trim()
    .split("\n")
    .map((line) => line.trim().replaceAll(/ {2,}/g, " "));
}
