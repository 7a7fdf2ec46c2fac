import { describe, expect, test } from "vitest";
import { run } from "./run.js";
import { openShop } from "./shop.js";

describe("rpc health", () => {
  test.each(["tcp://127.0.0.1:0", "zmq://127.0.0.1:0"])("says how a server on %s does", async (listen) => {
    const { url, server } = await openShop({ listen });
    expect(await run(["health", url])).toEqual({ exitCode: 0, out: "serving\n", err: "" });
    server.health.set("Shop", "not-serving", "sold \u001b[1mout");
    const { exitCode, out } = await run(["health", url]);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^serving\n {2}Shop not-serving since 20\S+Z: sold \\u001b\[1mout\n$/);
    expect(JSON.parse((await run(["health", url, "Shop", "--json"])).out)).toMatchObject({
      status: "serving",
      epoch: server.epoch,
      services: { Shop: { status: "not-serving" } },
    });
    const other = await run(["health", url, "Other"]);
    expect(other).toMatchObject({ exitCode: 1, out: "" });
    expect(other.err).toContain("not_found: no service Other is served here\n");
    expect(await run(["health", url, "Other", "--watch"])).toMatchObject({ exitCode: 1, out: "" });
  });

  test("watches until the server drains", async () => {
    const { url, server } = await openShop();
    let out = "";
    let heard = () => {};
    const watching = run(["health", url, "--watch"], {
      out: (text) => {
        out += text;
        heard();
      },
    });
    const said = async (text: string) => {
      while (!out.includes(text)) await new Promise<void>((resolve) => (heard = resolve));
    };
    await said("serving\n");
    server.health.set("Shop", "not-serving");
    await said("Shop not-serving");
    await server.close();
    expect(await watching).toMatchObject({ exitCode: 1 });
    expect(out).toMatch(/draining\n {2}Shop not-serving since \S+\n$/);
  });

  test("exits with 3 when nobody answers", async () => {
    expect(await run(["health", "tcp://127.0.0.1:1", "--timeout", "100ms"])).toMatchObject({ exitCode: 3 });
  });
});

describe("rpc bench", () => {
  const quick = ["--duration", "100ms", "--in-flight", "5"];

  test("measures an idempotent method", async () => {
    const { url, shop } = await openShop();
    const { exitCode, out, err } = await run(["bench", url, "Shop.echo", '"hi"', ...quick]);
    expect({ exitCode, err }).toEqual({
      exitCode: 0,
      err: "really calling Shop.echo, 5 in flight, for 0.1 s …\n",
    });
    expect(out).toMatch(
      /^\d+ calls in [\d.]+ s: \d+ a second\np50 [\d.]+ ms, p99 [\d.]+ ms, longest [\d.]+ ms\n/,
    );
    expect(out).toContain(`\n${shop.ran.length} answered\n`);
    const json = JSON.parse((await run(["bench", url, "Shop.echo", '"hi"', ...quick, "--json"])).out);
    expect(json.outcomes).toEqual({ ok: json.calls });
  });

  test.each([
    [["Shop.wait"], "Shop.wait would really be called, again and again, and it is not idempotent"],
    [["Shop.order", '{"article":"tea"}'], "is a once method"],
    [["Shop.count", "1"], "is called with streams"],
    [["Shop.echo", "--in-flight", "0"], "--in-flight: expected a whole number of at least 1"],
    [["Shop.echo", "--in-flight", "9999"], "--in-flight: expected at most 4096"],
  ])("refuses %j", async (args, message) => {
    const { url, shop } = await openShop();
    expect(await run(["bench", url, ...args])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining(message),
    });
    expect(shop.ran).toEqual([]);
  });

  test("says what became of calls that failed, and exits with 1", async () => {
    const { url } = await openShop();
    const { exitCode, out } = await run(["bench", url, "Shop.wait", "--yes", "--timeout", "30ms", ...quick]);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/0 answered, \d+ deadline_exceeded \(\S+\)\n$/);
  });
});
