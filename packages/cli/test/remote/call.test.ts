import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { run } from "./run.js";
import { openShop } from "./shop.js";

describe("rpc call", () => {
  test.each(["tcp://127.0.0.1:0", "ws://127.0.0.1:0/rpc", "zmq://127.0.0.1:0"])(
    "calls a method on %s",
    async (listen) => {
      const { url } = await openShop({ listen });
      expect(await run(["call", url, "Shop.order", '{"article":"tea"}', "--key", "1"])).toEqual({
        exitCode: 0,
        out: '"order 1"\n',
        err: "",
      });
    },
  );

  test("takes texts where the contract wants a date, a bigint, bytes, a map or a set", async () => {
    const { url, shop } = await openShop();
    const order = {
      article: "tea",
      amount: "12345678901234567890",
      by: "2026-01-01T00:00:00Z",
      gifts: { red: [1, 2] },
      note: "aGk=",
      payment: { kind: "card", number: "7" },
    };
    expect(await run(["call", url, "Shop.order", JSON.stringify(order), "--key", "1"])).toMatchObject({
      exitCode: 0,
      err: "",
    });
    expect(shop.orders).toEqual([
      {
        article: "tea",
        amount: 12345678901234567890n,
        by: new Date("2026-01-01T00:00:00Z"),
        gifts: new Map([["red", new Set([1, 2])]]),
        note: new Uint8Array([104, 105]),
        payment: { kind: "card", number: "7" },
      },
    ]);
  });

  test("prints what it answers in the notation that it reads", async () => {
    const { url } = await openShop();
    const said = '{"at":{"$date":"2026-01-01T00:00:00.000Z"},"n":{"$bigint":"3"}}';
    expect(await run(["call", url, "Shop.echo", said])).toEqual({ exitCode: 0, out: `${said}\n`, err: "" });
    expect((await run(["call", url, "Shop.echo", said, "--json"])).out).toBe(`{"value":${said}}\n`);
  });

  test.each([
    [["Shop.order", '{"artcle":"tea"}'], "order.artcle: no such property; did you mean article?"],
    [
      ["Shop.order", '{"article":"tea","amonut":"3"}'],
      "order.amonut: no such property; did you mean amount?",
    ],
    [["Shop.order", '{"article":""}'], 'order.article: expected string with minLength 1, got ""'],
    [["Shop.order", '{"article":"tea","amount":"a"}'], "order.amount: expected a whole number"],
    [["Shop.order", '{"article":"tea","by":"tomorrow"}'], "order.by: expected a date"],
    [["Shop.order", '{"article":"tea","payment":{"kind":"card"}}'], "order.payment.number: expected string"],
    [["Shop.order", '{"article":"tea","payment":{"kind":"card","nmber":"7"}}'], "did you mean number?"],
    [["Shop.order", "{article}"], "order: expected JSON"],
    [["Shop.order"], "Shop.order takes 1 argument (order), got 0"],
    [["Shop.order", "{}", "{}"], "Shop.order takes 1 argument (order), got 2"],
    [["Shop.order", "@gone.json"], "order: cannot read gone.json"],
    [["Shop.count", "1001"], "to: expected number with maximum 1000, got 1001"],
    [
      ["Shop.echo", "12345678901234567890"],
      '12345678901234567890 would be rounded to 12345678901234567000; write {"$bigint"',
    ],
    [["Shop.odrer", "{}"], "Shop has no member odrer; did you mean order?"],
    [["Shpo.order", "{}"], "there is no service Shpo; did you mean Shop?"],
    [["Shop.sales"], "Shop.sales is an event; subscribe to it with: rpc sub"],
    [["order", "{}"], "expected Service.member, such as Person.getName; got order"],
    [["Shop.wait", "--key", "k"], "Shop.wait is no once method"],
    [["Shop.order", '{"article":"tea"}'], "Shop.order is a once method: give --key"],
    [["Shop.wait", "--timeout", "5"], "--timeout: expected a duration such as 500ms"],
  ])("exits with 2 for %j, and sends nothing", async (args, message) => {
    const { url, shop } = await openShop();
    const { exitCode, out, err } = await run(["call", url, ...args]);
    expect(err).toContain(message);
    expect({ exitCode, out, ran: shop.ran }).toEqual({ exitCode: 2, out: "", ran: [] });
  });

  test("reads an argument from a file, or from what is piped in", async () => {
    const { url } = await openShop();
    const cwd = mkdtempSync(join(tmpdir(), "rpc-call-"));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    writeFileSync(join(cwd, "order.json"), '{"article":"tea"}');
    expect((await run(["call", url, "Shop.order", "@order.json", "--key", "1"], { cwd })).out).toBe(
      '"order 1"\n',
    );
    expect(
      (await run(["call", url, "Shop.order", "-", "--key", "2"], { piped: '{"article":"tea"}' })).out,
    ).toBe('"order 2"\n');
  });

  test("prints a stream an item a line, and sends a stream a line an item", async () => {
    const { url } = await openShop();
    expect((await run(["call", url, "Shop.count", "3"])).out).toBe("1\n2\n3\n");
    expect((await run(["call", url, "Shop.count", "2", "--json"])).out).toBe('{"item":1}\n{"item":2}\n');
    expect((await run(["call", url, "Shop.sum", "-"], { piped: "1\n2\n\n39" })).out).toBe("42\n");
    expect(await run(["call", url, "Shop.sum", "-"], { piped: '1\n"2"\n' })).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('numbers[1]: expected number, got "2"'),
    });
  });

  test("shows an error that the method declares, and exits with 1", async () => {
    const { url } = await openShop();
    const failed = await run(["call", url, "Shop.order", '{"article":"gold"}', "--key", "1"]);
    expect(failed).toEqual({
      exitCode: 1,
      out: "",
      err: 'SoldOut: no more gold\n  fields {"article":"gold"}\n  outcome: executed; this is what it answered\n',
    });
    const { exitCode, out } = await run([
      "call",
      url,
      "Shop.order",
      '{"article":"gold"}',
      "--json",
      "--key",
      "2",
    ]);
    expect({ exitCode, ...JSON.parse(out) }).toEqual({
      exitCode: 1,
      error: {
        code: "failed_precondition",
        outcome: "executed",
        message: "no more gold",
        name: "SoldOut",
        fields: { article: "gold" },
      },
    });
  });

  test("runs a once method once for each key, and tells what became of it", async () => {
    const { url, shop } = await openShop();
    const order = ["call", url, "Shop.order", '{"article":"tea"}', "--key", "7f3a"];
    expect((await run(order)).out).toBe('"order 1"\n');
    expect((await run(order)).out).toBe('"order 1"\n');
    expect(shop.orders).toHaveLength(1);
    expect(await run(["outcome", url, "Shop.order", "7f3a"])).toMatchObject({
      exitCode: 0,
      out: 'executed: "order 1"\n',
    });
    expect(await run(["outcome", url, "Shop.order", "8", "--json"])).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(/^\{"state":"not-found","rememberedForMs":\d+\}\n$/),
    });
  });

  test("says what to do when the outcome is not known", async () => {
    const { url, server, shop } = await openShop();
    const calling = run(["call", url, "Shop.wait"]);
    await expect.poll(() => shop.ran).toEqual(["wait"]);
    await server.close({ graceMs: 0 });
    const { exitCode, err } = await calling;
    expect(exitCode).toBe(1);
    expect(err).toContain(
      "outcome: unknown; it may or may not have run\n  look at what it would have changed",
    );
  });

  test("gives up when --timeout says so", async () => {
    const { url } = await openShop();
    expect(await run(["call", url, "Shop.wait", "--timeout", "50ms"])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining("deadline_exceeded"),
    });
  });

  test("calls uncompared where the server tells no contract, and says so", async () => {
    const { url } = await openShop({ describe: false });
    expect(await run(["call", url, "Shop.echo", '"hi"'])).toEqual({
      exitCode: 0,
      out: '"hi"\n',
      err: expect.stringContaining("does not tell its contract"),
    });
    expect(await run(["call", url, "Shop.count", "1"])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining("call it with --stream"),
    });
    expect((await run(["call", url, "Shop.count", "1", "--stream"])).out).toBe("1\n");
  });

  test("shows credentials of a file or of the environment, and none of the arguments", async () => {
    const seen: unknown[] = [];
    const { url } = await openShop({
      authenticate: (credentials) => {
        seen.push(credentials);
        if (credentials === undefined) return undefined;
        return { name: "Ann" };
      },
    });
    const cwd = mkdtempSync(join(tmpdir(), "rpc-call-"));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    writeFileSync(join(cwd, "token"), '{"user":"ann","since":{"$date":"2026-01-01"}}\n');
    await run(["ls", url], { env: { RPC_CREDENTIALS: "s3cret" } });
    await run(["ls", url, "--credentials-file", "token"], { cwd });
    expect(seen).toEqual(["s3cret", { user: "ann", since: new Date("2026-01-01") }]);
    expect(await run(["ls", url, "--credentials-file", "gone"], { cwd })).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("cannot read the credentials"),
    });
  });
});

async function serveOdd(told: string): Promise<string> {
  const { url } = await openShop({
    interceptors: [
      async (call, next) =>
        call.method === "describe" ? told : call.method === "services" ? ["Odd"] : next(call),
    ],
  });
  return url;
}

describe("a contract that cannot be understood", () => {
  test.each([
    [
      { kind: "call", params: [{ name: "x", type: { type: "strnig" } }], result: {} },
      "--unchecked sends without it",
    ],
    [{ kind: "call", params: [null], result: {} }, "tells a contract that cannot be understood: Odd.odd"],
    [{ kind: "event" }, "tells a contract that cannot be understood: Odd.odd"],
    [{ kind: "thing", params: [], result: {} }, "tells a contract that cannot be understood: Odd.odd"],
  ])("is told as such: %j", async (odd, message) => {
    const Odd = { hash: "x", members: { odd } };
    const told = JSON.stringify({ rpcContract: 1, name: "odd", hash: "x", services: { Odd }, types: {} });
    const server = await serveOdd(told);
    expect(await run(["call", server, "Odd.odd", '"x"'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining(message),
    });
  });
});

describe("rpc ls and rpc describe", () => {
  test("list members with their signatures", async () => {
    const { url } = await openShop();
    const { out, exitCode } = await run(["ls", url]);
    expect(exitCode).toBe(0);
    expect(out).toContain("Shop  Sells things.\n");
    expect(out).toContain("  order(order: Order): string  (once: takes --key)\n");
    expect(out).toContain("  count(to: number): AsyncIterable<number>  (stream)\n");
    expect(out).toContain("  sales: Event<Sale>  (log)\n");
    const lines = (await run(["ls", url, "--json"])).out.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).member)).toEqual([
      "ask",
      "count",
      "echo",
      "forever",
      "order",
      "prices",
      "sales",
      "sum",
      "wait",
      "watch",
    ]);
  });

  test("know nothing of what another server has", async () => {
    const { contract } = await import("./shop.js");
    const services = { ...contract.services, Elsewhere: contract.services["Shop"]! };
    const { url } = await openShop({ contract: { ...contract, services } });
    expect((await run(["ls", url])).out).toMatch(/^Shop /);
    expect((await run(["ls", url])).out).not.toContain("Elsewhere");
    expect(await run(["call", url, "Elsewhere.echo", "1"])).toMatchObject({
      exitCode: 2,
      err: "there is no service Elsewhere; there is Shop\n",
    });
  });

  test("tell the docs, errors and types that a member reaches", async () => {
    const { url } = await openShop();
    const { out } = await run(["describe", url, "Shop.order"]);
    expect(out).toContain("Shop.order(order: Order): string\n  Orders an article.\n  once: takes --key\n");
    expect(out).toContain("  order: what is wanted\n");
    expect(out).toContain("  throws SoldOut = {\n");
    expect(out).toContain("  article: string  // minLength 1\n");
    expect(out).toContain('type Card = {\n  kind: "card"\n');
    expect(out).not.toContain("type Sale");
    expect((await run(["describe", url, "Shop"])).out).toContain("type Sale = {");
    expect(await run(["describe", url, "Shpo"])).toEqual({
      exitCode: 2,
      out: "",
      err: "there is no service Shpo; did you mean Shop?\n",
    });
    expect(JSON.parse((await run(["describe", url, "Shop.order", "--json"])).out)).toMatchObject({
      service: "Shop",
      member: "order",
      once: true,
    });
  });

  test("exit with 1 where the server does not tell", async () => {
    const { url } = await openShop({ describe: false });
    expect(await run(["ls", url])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining("does not tell its contract"),
    });
  });

  test("show what a server says as text, whatever it would do to a terminal", async () => {
    const evil = "red \u001b[31mtext\u009b2J\u202e";
    const { url } = await openShop({ contract: await withDoc(evil) });
    const { out } = await run(["describe", url, "Shop"]);
    expect(out).toContain("red \\u001b[31mtext\\u009b2J\\u202e");
  });
});

async function withDoc(doc: string) {
  const { contract } = await import("./shop.js");
  return { ...contract, services: { Shop: { ...contract.services["Shop"]!, doc } } };
}

describe("a server that cannot be reached", () => {
  test.each([
    [
      ["ls", "tcp://127.0.0.1:1", "--timeout", "200ms"],
      3,
      "unavailable: nobody listens at tcp://127.0.0.1:1",
    ],
    [["ls", "ftp://127.0.0.1:1"], 2, "by tcp, tls, unix, ws, wss, zmq or zmq+ipc; got ftp://127.0.0.1:1"],
    [["ls", "tcp://127.0.0.1"], 2, "tcp://127.0.0.1"],
    [["ls", "tcp://127.0.0.1:1", "--ca", "x.pem"], 2, "are for tls:// and wss://"],
  ])("%j exits with %i", async (args, exitCode, message) => {
    expect(await run(args)).toMatchObject({ exitCode, out: "", err: expect.stringContaining(message) });
  });

  test("one that refuses the credentials exits with 3 and says where they come from", async () => {
    const { RpcError } = await import("@rpc/core");
    const { url } = await openShop({
      authenticate: () => {
        throw new RpcError("unauthenticated", "who are you?");
      },
    });
    const { exitCode, err } = await run(["ls", url]);
    expect(exitCode).toBe(3);
    expect(err).toContain("RPC_CREDENTIALS");
  });

  test("with --json says why as JSON", async () => {
    const { out } = await run(["ls", "tcp://127.0.0.1:1", "--timeout", "200ms", "--json"]);
    expect(JSON.parse(out).error).toMatchObject({ code: "unavailable", outcome: "not-executed" });
  });
});
