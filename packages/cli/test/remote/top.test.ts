import { serve } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { describe, expect, onTestFinished, test } from "vitest";
import { run, runFor } from "./run.js";
import { contract, openShop, Shop } from "./shop.js";

const interval = ["--interval", "100ms"];

describe("rpc top", () => {
  test.each(["tcp://127.0.0.1:0", "zmq://127.0.0.1:0"])(
    "prints the numbers of one interval on %s",
    async (listen) => {
      const { url, shop, server } = await openShop({ listen });
      shop.sales.publish("tea", { article: "tea", amount: 1n });
      const top = runFor(["top", url, "--once", "--interval", "1s"]);
      await expect.poll(() => server.stats().runningCalls).toBe(1);
      await run(["call", url, "Shop.echo", "1"]);
      await run(["call", url, "Shop.order", '{"article":"gold"}', "--key", "1"]);
      const { exitCode, out, err } = await top.ended;
      expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
      expect(out).toMatch(
        /^\S+ {2}up \d+ s {2}event loop \S+ ms late\ncalls [\d.,]+\/s, 1 running, \d+ in all\n/,
      );
      expect(out).toMatch(/\nMETHOD +CALLS\/S +FAILED +P50 +P99 +MAX\n/);
      expect(out).toMatch(/\nShop\.echo +[\d.]+ +0 +[\d.]+ ms/);
      expect(out).toMatch(/\nShop\.order +[\d.]+ +1 +[\d.]+ ms/);
      expect(out).toMatch(/\nShop\.sales +log +0 +1 +1\n/);
    },
  );

  test("prints a report a line with --json", async () => {
    const { url, server } = await openShop();
    const { out } = await run(["top", url, "--once", "--json", ...interval]);
    expect(JSON.parse(out)).toMatchObject({
      epoch: server.epoch,
      sessions: 1,
      callsPerSecond: 0,
      methods: [],
    });
  });

  test("draws on a screen again and again, within its size, until q", async () => {
    const { url } = await openShop();
    const screen = { columns: 40, rows: 6, color: true };
    let press = (_: string) => {};
    let stopped = 0;
    const top = runFor(["top", url, ...interval], {
      screen,
      keys: (pressed) => {
        press = pressed;
        return () => {
          stopped += 1;
        };
      },
    });
    await top.said(/q quits[\s\S]*q quits/);
    // Nothing of the first lines is lost at the edge.
    await top.said(/up \d+ s\S*\r\n {2}event loop \S+ ms late\S*\r\ncalls /);
    screen.columns = 12;
    press("resize");
    await top.said("\u001b[Htcp://127.0.\u001b[K");
    press("x");
    press("q");
    const { exitCode, out } = await top.ended;
    expect({ exitCode, stopped }).toEqual({ exitCode: 0, stopped: 1 });
    expect(out.startsWith("\u001b[?1049h\u001b[?25l")).toBe(true);
    expect(out.endsWith("\u001b[?25h\u001b[?1049l")).toBe(true);
    const frames = out.split("\u001b[H").slice(1);
    expect(Math.max(...frames.map((frame) => frame.split("\r\n").length))).toBe(6);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken away
    const lines = frames.flatMap((frame) => frame.replace(/\u001b\[[?\d]*[A-Za-z]/g, "").split("\r\n"));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  });

  test("goes on when the server is restarted", async () => {
    const { url, server } = await openShop();
    const top = runFor(["top", url, "--json", ...interval]);
    await top.said(server.epoch);
    await server.close({ graceMs: 0 });
    const again = await serve([new Shop()], { transports: [tcp()], listen: url, contract });
    onTestFinished(() => again.close({ graceMs: 0 }));
    await top.said(again.epoch);
    top.interrupt(130);
    expect((await top.ended).exitCode).toBe(130);
  });

  test("exits with 1 where the server tells its numbers to nobody, or to others", async () => {
    const nobody = await openShop({ describe: false });
    expect(await run(["top", nobody.url, "--once"])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining("no method $rpc.watchStats"),
    });
    const others = await openShop({ stats: () => false });
    expect(await run(["top", others.url, "--once"])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining("see the option stats of serve"),
    });
  });
});
