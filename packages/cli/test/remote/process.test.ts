import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { build, run, runFor, start } from "./run.js";
import { contract, openShop, Shop } from "./shop.js";

beforeAll(build, 120_000);

// As it ships: signals, pipes and the end of a process cannot be seen from inside.
describe("rpc sub, as a process", () => {
  test.each(["tcp://127.0.0.1:0", "zmq://127.0.0.1:0"])(
    "prints columns until Ctrl-C on %s",
    async (listen) => {
      const { url, shop } = await openShop({ listen });
      shop.sales.publish("tea", { article: "tea", amount: 3n });
      shop.sales.publish("soap", { article: "soap", amount: 1n });
      const sub = start(["sub", url, "Shop.sales", "te", "--from", "oldest"]);
      await sub.said(/replay +tea +#1 +1\/s \{"article":"tea","amount":\{"\$bigint":"3"\}\}\n/);
      shop.sales.publish("tea", { article: "tea", amount: 4n });
      await sub.said(/live +tea +#2 /);
      sub.child.kill("SIGINT");
      const { exitCode, out, err } = await sub.ended;
      expect(exitCode).toBe(130);
      expect(out).not.toContain("soap");
      expect(err).toMatch(/^2 items, 0 gaps; to go on from here: --from [0-9a-f]{32}:3\n$/);
    },
  );

  test("goes on from where another stopped", async () => {
    const { url, shop } = await openShop();
    for (let sale = 1; sale <= 3; sale++) shop.sales.publish("tea", { article: "tea", amount: BigInt(sale) });
    const first = await run(["sub", url, "Shop.sales", "--from", "oldest", "--count", "1", "--values"]);
    const [, from = ""] = /--from (\S+)/.exec(first.err) ?? [];
    const rest = await run(["sub", url, "Shop.sales", "--from", from, "--count", "2", "--values"]);
    expect(first.out + rest.out).toBe(
      [1, 2, 3].map((sale) => `{"article":"tea","amount":{"$bigint":"${sale}"}}\n`).join(""),
    );
  });

  test("tells when a feed is stale, and takes no more than --max-rate", async () => {
    const { url, shop, server } = await openShop();
    const sub = runFor(["sub", url, "Shop.prices", "--max-rate", "5", "--values"]);
    await expect.poll(() => server.stats().sessions.at(0)?.subscriptions).toBe(1);
    shop.prices.publish("tea", 1);
    await sub.said("1\n");
    await sub.said("Shop.prices stale", "err");
    sub.interrupt(130);
    expect((await sub.ended).exitCode).toBe(130);
    expect(await run(["sub", url, "Shop.sales", "--max-rate", "5"])).toMatchObject({ exitCode: 1 });
  });

  test("tells when the server is lost, and what it missed when it is back", async () => {
    const { url, shop, server } = await openShop();
    const sub = start(["sub", url, "Shop.sales", "--from", "oldest", "--json"]);
    shop.sales.publish("tea", { article: "tea", amount: 1n });
    await sub.said('"seq":1');
    await server.close({ graceMs: 0 });
    await sub.said("reset", "err");
    const next = new Shop();
    const again = await serve([next], { transports: [tcp()], listen: url, contract });
    onTestFinished(() => again.close({ graceMs: 0 }));
    await sub.said("online", "err");
    await sub.said('{"kind":"gap","topic":"tea","from":2,"to":null,"reason":"epoch-changed"}');
    sub.child.kill("SIGTERM");
    expect((await sub.ended).exitCode).toBe(143);
  });

  test("tells why it cannot connect again, once for each reason", async () => {
    const { url, server } = await openShop({ authenticate: () => "desk" });
    const sub = runFor(["sub", url, "Shop.sales"], { env: { RPC_CREDENTIALS: "old" } });
    await expect.poll(() => server.stats().sessions.at(0)?.subscriptions).toBe(1);
    await server.close({ graceMs: 0 });
    await sub.said("connecting again failed: nobody listens", "err");
    const strict = await serve([new Shop()], {
      transports: [tcp()],
      listen: url,
      contract,
      authenticate: () => undefined,
    });
    onTestFinished(() => strict.close({ graceMs: 0 }));
    await sub.said("connecting again failed: the server did not accept the credentials", "err");
    sub.interrupt(130);
    const { err } = await sub.ended;
    expect(err.match(/nobody listens/g)).toHaveLength(1);
  });

  test("ends in silence when who reads it is gone", async () => {
    const { url, shop } = await openShop();
    const sub = start(["sub", url, "Shop.sales"]);
    await expect
      .poll(
        async () => {
          shop.sales.publish("tea", { article: "tea", amount: 1n });
          return Promise.race([
            sub.said("live"),
            new Promise((resolve) => setTimeout(resolve, 50, "not yet")),
          ]);
        },
        { timeout: 15_000 },
      )
      .toBeUndefined();
    sub.child.stdout!.destroy();
    const closed = once(sub.child, "exit");
    const publishing = setInterval(() => shop.sales.publish("tea", { article: "tea", amount: 1n }), 5);
    const [exitCode] = await closed;
    clearInterval(publishing);
    const { err } = await sub.ended;
    expect({ exitCode, err: err.replace(/^\d+ items.*\n/, "") }).toEqual({ exitCode: 0, err: "" });
  });

  test("the items of a call end in silence when who reads them is gone", async () => {
    const { url } = await openShop();
    const call = start(["call", url, "Shop.forever"]);
    await call.said("2\n");
    call.child.stdout!.destroy();
    expect(await call.ended).toMatchObject({ exitCode: 0, err: expect.not.stringContaining("cancelled") });
  });

  test("a call is given up with Ctrl-C", async () => {
    const { url, shop } = await openShop();
    const call = start(["call", url, "Shop.wait", "--timeout", "1h"]);
    await expect.poll(() => shop.ran, { timeout: 15_000 }).toEqual(["wait"]);
    call.child.kill("SIGINT");
    expect((await call.ended).exitCode).toBe(130);
  });

  test("a call that waits for its input is given up with Ctrl-C", async () => {
    const { url } = await openShop({ describe: false });
    const call = start(["call", url, "Shop.echo", "-"]);
    await call.said("does not tell its contract", "err");
    call.child.kill("SIGINT");
    expect((await call.ended).exitCode).toBe(130);
  });

  test("health is watched on when the server was killed and is back", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "rpc-health-"));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    const shop = await openShop();
    shop.shop.sales.publish("tea", { article: "tea", amount: 1n });
    const file = join(cwd, "sales.ndjson");
    await run(["record", shop.url, "Shop.sales", "", file, "--from", "oldest", "--count", "1"]);
    await shop.server.close(); // its port is free now
    const replay = () => start(["replay", file, shop.url]);
    const first = replay();
    await first.said("the first subscriber", "err");
    const watching = start(["health", shop.url, "Shop", "--watch"]);
    await watching.said("serving\n");
    first.child.kill("SIGKILL");
    await watching.said("resuming", "err");
    const second = replay();
    await watching.said("serving\nserving\n");
    second.child.kill("SIGINT");
    expect(await watching.ended).toMatchObject({ exitCode: 1, out: "serving\nserving\ndraining\n" });
  });

  test("a server of another scheme is told as such", async () => {
    const { url } = await openShop({ listen: "zmq://127.0.0.1:0" });
    const { exitCode, err } = await start(["ls", url.replace("zmq", "tcp"), "--timeout", "2s"]).ended;
    expect(exitCode).toBe(3);
    expect(err).toContain("does a server of @rpc listen there, and by that scheme?");
  });
});
