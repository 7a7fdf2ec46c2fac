import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, Event, event, type RemoteEvent, serve, service } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { createCurveKeys } from "@rpc/transport-zmq";
import { describe, expect, onTestFinished, test } from "vitest";
import { createCertificate } from "./certificate.js";
import { run, runFor } from "./run.js";
import { openShop } from "./shop.js";

function folder(): string {
  const cwd = mkdtempSync(join(tmpdir(), "rpc-recording-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  return cwd;
}

function linesOf(cwd: string, file: string): unknown[] {
  return readFileSync(join(cwd, file), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("rpc record", () => {
  test("writes a line that says what, then every item, and never over a file", async () => {
    const { url, shop } = await openShop();
    const cwd = folder();
    shop.sales.publish("tea", { article: "tea", amount: 3n });
    shop.sales.publish("soap", { article: "soap", amount: 4n });
    const record = ["record", url, "Shop.sales", "te", "sales.ndjson", "--from", "oldest", "--count", "1"];
    expect(await run(record, { cwd })).toEqual({
      exitCode: 0,
      out: "",
      err: "1 item, 0 gaps in sales.ndjson\n",
    });
    expect(linesOf(cwd, "sales.ndjson")).toEqual([
      expect.objectContaining({
        rpcRecording: 1,
        service: "Shop",
        event: "sales",
        mode: "log",
        prefix: "te",
        url,
        payload: { $ref: "#/types/Sale" },
        types: { Sale: expect.anything() },
      }),
      expect.objectContaining({
        kind: "replay",
        topic: "tea",
        seq: 1,
        value: { article: "tea", amount: { $bigint: "3" } },
      }),
    ]);
    expect(await run(record, { cwd })).toMatchObject({
      exitCode: 2,
      err: "sales.ndjson is there already; nothing was recorded. Add --overwrite to lose it\n",
    });
    expect((await run([...record, "--overwrite"], { cwd })).exitCode).toBe(0);
  });

  test("says what could not be written, and what was", async () => {
    const { url, shop } = await openShop();
    shop.sales.publish("tea", { article: "tea", amount: 3n });
    const record = ["record", url, "Shop.sales", "", "/dev/full", "--from", "oldest", "--count", "2"];
    const recording = runFor([...record, "--overwrite"]);
    await expect
      .poll(() => {
        shop.sales.publish("tea", { article: "tea", amount: 3n });
        return Promise.race([recording.ended, undefined]);
      })
      .toMatchObject({
        exitCode: 1,
        err: expect.stringMatching(/^cannot write \/dev\/full: ENOSPC.*; recorded until then: \d item/),
      });
  });

  test("has handed every item to the system before the next comes", async () => {
    const { url, shop, server } = await openShop();
    const cwd = folder();
    const recording = runFor(["record", url, "Shop.sales", "", "sales.ndjson"], { cwd });
    await expect.poll(() => server.stats().sessions.at(0)?.subscriptions).toBe(1);
    for (const amount of [1n, 2n, 3n]) shop.sales.publish("tea", { article: "tea", amount });
    // It still runs: nothing but the file is looked at.
    await expect.poll(() => linesOf(cwd, "sales.ndjson")).toHaveLength(4);
    recording.interrupt(130);
    expect(await recording.ended).toMatchObject({ exitCode: 130, err: "3 items, 0 gaps in sales.ndjson\n" });
  });

  test("writes nothing for an event that is not there", async () => {
    const { url } = await openShop();
    const cwd = folder();
    expect(await run(["record", url, "Shop.sale", "", "x.ndjson"], { cwd })).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("did you mean sales?"),
    });
    expect(existsSync(join(cwd, "x.ndjson"))).toBe(false);
  });
});

const head = {
  rpcRecording: 1,
  service: "Shop",
  event: "sales",
  mode: "log",
  payload: { type: "object", properties: { amount: { "x-js": "bigint" } } },
};

function writeRecording(cwd: string, items: readonly unknown[], first: unknown = head): void {
  writeFileSync(
    join(cwd, "sales.ndjson"),
    [first, ...items].map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
}

const sale = (at: number, amount: number, kind = "live") => ({
  kind,
  topic: "tea",
  seq: 7 + amount,
  position: 20 + amount,
  at,
  value: { amount: { $bigint: String(amount) } },
});

describe("rpc replay", () => {
  test("serves what was recorded, at a multiple of its pace, from the first subscriber on", async () => {
    const cwd = folder();
    writeRecording(cwd, [sale(1_000, 1), { kind: "mark", position: 1 }, sale(3_000, 2), sale(3_000, 3)]);
    const replay = runFor(["replay", "sales.ndjson", "tcp://127.0.0.1:0", "--speed", "10"], { cwd });
    const [, url = ""] = await replay.said(/served at (\S+)\n/, "err");
    const started = performance.now();
    const sub = await run(["sub", url, "Shop.sales", "--count", "3", "--json"]);
    expect(performance.now() - started).toBeGreaterThan(190);
    expect(
      sub.out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(
      [1, 2, 3].map((amount) =>
        expect.objectContaining({
          kind: "live",
          topic: "tea",
          seq: amount,
          value: { amount: { $bigint: `${amount}` } },
        }),
      ),
    );
    expect(await replay.ended).toMatchObject({
      exitCode: 0,
      err: expect.stringMatching(/3 items were published\n$/),
    });
  });

  test("goes as quick as it is taken with --speed max, and tells gaps of the recording", async () => {
    const cwd = folder();
    const items = Array.from({ length: 3_000 }, (_, index) => sale(index * 1_000, index));
    const gap = { kind: "gap", topic: "tea", from: 1, to: 2, reason: "slow-consumer" };
    writeRecording(cwd, [gap, ...items], { ...head, mode: "signal" });
    const replay = runFor(["replay", "sales.ndjson", "tcp://127.0.0.1:0", "--speed", "max"], { cwd });
    const [, url = ""] = await replay.said(/served at (\S+)\n/, "err");
    const { err } = await run(["sub", url, "Shop.sales", "--count", "3000", "--values"]);
    expect(err).toContain("3000 items, 0 gaps");
    expect((await replay.ended).err).toContain(
      'the recording has a gap here: {"topic":"tea","from":1,"to":2',
    );
  });

  test("gives a subscriber what the live event gave: every type, the mode and the cadence", async () => {
    const values = [
      new Date(0),
      2n ** 70n,
      Uint8Array.of(1, 2),
      new Map([["a", new Set([1n])]]),
      Float64Array.of(0.1, Number.NaN),
      BigInt64Array.of(-5n),
      { at: new Date(1), none: null, deep: [[undefined, -0, Number.POSITIVE_INFINITY]] },
      { $date: "no date" },
      "text 小红",
      true,
    ];
    @service("Lab")
    class Lab {
      @event({ mode: "log", cadenceMs: 5_000 }) readonly found = new Event<unknown>();
    }
    const lab = new Lab();
    const server = await serve([lab], { transports: [tcp()], listen: "tcp://127.0.0.1:0" });
    onTestFinished(() => server.close({ graceMs: 0 }));
    for (const [index, value] of values.entries()) lab.found.publish(`t${index % 2}`, value);
    const cwd = folder();
    const count = String(values.length);
    const from = ["--from", "oldest", "--count", count];
    await run(["record", server.urls[0]!, "Lab.found", "", "lab.ndjson", ...from], { cwd });
    const replay = runFor(["replay", "lab.ndjson", "tcp://127.0.0.1:0", "--stay", "--now", "--speed", "2"], {
      cwd,
    });
    const [, url = ""] = await replay.said(/served at (\S+)\n/, "err");
    await replay.said(`${count} items were published`, "err");
    const heard = async (at: string) => {
      await using client = await connect(at, { transports: [tcp()] });
      const { found } = client.service<{ found: RemoteEvent<unknown> }>("Lab");
      const subscription = await found.subscribe("", { from: "oldest" });
      const items: unknown[] = [];
      for await (const item of subscription) {
        if ("value" in item) items.push([item.kind, item.topic, item.seq, item.position, item.value]);
        if (items.length === values.length) break;
      }
      return { items, mode: subscription.mode, cadenceMs: subscription.cadenceMs };
    };
    const live = await heard(server.urls[0]!);
    expect(live.items.map((item) => (item as unknown[])[4])).toEqual(values);
    expect(live).toMatchObject({ mode: "log", cadenceMs: 5_000 });
    expect(await heard(url)).toEqual({ ...live, cadenceMs: 2_500 });
  });

  test("replays with TLS, for clients with a certificate", async () => {
    const cwd = folder();
    writeRecording(cwd, [sale(1_000, 1)]);
    const { keyFile, certFile } = createCertificate();
    const files = ["--cert", certFile, "--cert-key", keyFile, "--ca", certFile];
    const replay = runFor(["replay", "sales.ndjson", "tls://127.0.0.1:0", ...files, "--loop"], { cwd });
    const [, url = ""] = await replay.said(/served at (tls:\S+)\n/, "err");
    expect((await run(["health", url, "--ca", certFile])).err).toContain("a client certificate");
    expect((await run(["sub", url, "Shop.sales", "--count", "1", "--values", ...files])).out).toBe(
      '{"amount":{"$bigint":"1"}}\n',
    );
  });

  test("replays with CURVE, for the keys in a file", async () => {
    const cwd = folder();
    writeRecording(cwd, [sale(1_000, 1)]);
    const [own, client] = [createCurveKeys(), createCurveKeys()];
    writeFileSync(join(cwd, "own"), own.secretKey, { mode: 0o600 });
    writeFileSync(join(cwd, "client"), client.secretKey, { mode: 0o600 });
    writeFileSync(join(cwd, "allowed"), `${client.publicKey} the desk\n`);
    const keys = ["--curve-key", join(cwd, "own"), "--curve-allowed", join(cwd, "allowed")];
    const replay = runFor(["replay", "sales.ndjson", "zmq://127.0.0.1:0", ...keys, "--loop"], { cwd });
    const [, url = ""] = await replay.said(/served at (zmq:\S+)\n/, "err");
    const known = ["--curve-server", own.publicKey, "--curve-key", join(cwd, "client")];
    expect((await run(["sub", url, "Shop.sales", "--count", "1", "--values", ...known])).out).toBe(
      '{"amount":{"$bigint":"1"}}\n',
    );
    expect((await run(["health", url, "--curve-server", own.publicKey])).exitCode).toBe(3);
  });

  test("takes the key of a table from --key where the recording does not know it", async () => {
    const cwd = folder();
    const rows = ["A", "B"].map((symbol, index) => ({ ...sale(1, index), topic: "X", value: { symbol } }));
    writeRecording(cwd, rows, { ...head, mode: "table", payload: undefined });
    const replayed = async (...flags: string[]) => {
      const file = ["replay", "sales.ndjson", "tcp://127.0.0.1:0", "--now", "--stay", ...flags];
      const replay = runFor(file, { cwd });
      const [, url = ""] = await replay.said(/served at (\S+)\n/, "err");
      await replay.said("2 items were published", "err");
      const sub = runFor(["sub", url, "Shop.sales", "--json"]);
      await sub.said('"mark"');
      sub.interrupt(130);
      replay.interrupt(130);
      return { err: (await replay.ended).err, rows: (await sub.ended).out.match(/"symbol":"."/g) };
    };
    const unknown = await replayed();
    expect(unknown.rows).toEqual(['"symbol":"B"']);
    expect(unknown.err).toContain("the newest of each topic counts; --key names a property");
    const known = await replayed("--key", "symbol");
    expect(known.rows).toEqual(['"symbol":"A"', '"symbol":"B"']);
    expect(known.err).not.toContain("--key");
  });

  test("replays a table with its keys", async () => {
    @service("Book")
    class Book {
      @event({ mode: "table", key: "symbol" }) readonly rows = new Event<{
        symbol: string;
        amount: number;
      }>();
    }
    const book = new Book();
    const contract = {
      rpcContract: 1,
      name: "book",
      hash: "x",
      types: {},
      services: {
        Book: {
          hash: "y",
          members: {
            rows: { kind: "event", mode: "table", key: "symbol", payload: { "x-js": "any" } },
          },
        },
      },
    } as const;
    const server = await serve([book], { transports: [tcp()], listen: "tcp://127.0.0.1:0", contract });
    onTestFinished(() => server.close({ graceMs: 0 }));
    for (const symbol of ["A", "B"]) book.rows.publish("X", { symbol, amount: 1 });
    const cwd = folder();
    const recording = runFor(["record", server.urls[0]!, "Book.rows", "", "book.ndjson", "--count", "4"], {
      cwd,
    });
    await expect.poll(() => server.stats().sessions.at(0)?.subscriptions).toBe(1);
    book.rows.publish("X", { symbol: "A", amount: 2 });
    book.rows.remove("B");
    await recording.ended;
    const replay = runFor(
      ["replay", "book.ndjson", "tcp://127.0.0.1:0", "--now", "--stay", "--speed", "max"],
      { cwd },
    );
    const [, url = ""] = await replay.said(/served at (\S+)\n/, "err");
    await replay.said("4 items were published", "err");
    expect((await run(["sub", url, "Book.rows", "--count", "1", "--values"])).out).toBe(
      '{"symbol":"A","amount":2}\n',
    );
    replay.interrupt(130);
    expect((await replay.ended).exitCode).toBe(130);
  });

  test.each([
    ["gone.ndjson", [], "cannot read"],
    ["empty", [""], "no recording of rpc record"],
    ["other", ['{"some":"json"}\n'], "no recording of rpc record"],
    [
      "name",
      [`${JSON.stringify({ ...head, service: "$rpc" })}\n`],
      "the recording cannot be served: @service: $rpc",
    ],
    [
      "broken",
      [`${JSON.stringify(head)}\n`, '{"kind":"live","to\n', `${JSON.stringify(sale(1, 1))}\n`],
      'broken, line 2: expected an item of rpc record, got {"kind":"live","to',
    ],
    [
      "wrong",
      [
        `${JSON.stringify(head)}\n`,
        `${JSON.stringify({ ...sale(1, 1), value: { at: { $date: "soon" } } })}\n`,
      ],
      "wrong, line 2: expected an item of rpc record, value.at.$date: expected",
    ],
  ])("refuses the file %s", async (file, lines, message) => {
    const cwd = folder();
    for (const line of lines) appendFileSync(join(cwd, file), line);
    const said = await run(["replay", file, "tcp://127.0.0.1:0", "--now"], { cwd });
    expect(said).toMatchObject({ exitCode: 2, out: "", err: expect.stringContaining(message) });
  });

  test("publishes what there is of a recording that was cut off, and says so", async () => {
    const cwd = folder();
    writeRecording(cwd, [sale(1, 1)]);
    appendFileSync(join(cwd, "sales.ndjson"), '{"kind":"live","to');
    const said = await run(["replay", "sales.ndjson", "tcp://127.0.0.1:0", "--now"], { cwd });
    expect(said).toMatchObject({
      exitCode: 0,
      err: expect.stringContaining(
        "the recording ends in the middle of line 3: it was cut off\n1 item was published\n",
      ),
    });
  });

  test.each([
    [["--speed", "0"], 2, "--speed: expected a number"],
    [["--speed", "-1"], 2, "--speed"],
    [["tcp://0.0.0.0:0"], 1, "is open to anyone who can reach it; give --ca for client certificates"],
    [["--key", "symbol"], 2, "--key is for a latest or table; Shop.sales was recorded as log"],
    [["--curve-key", "x"], 2, "--curve-key and --curve-allowed go together"],
    [["tls://127.0.0.1:0"], 2, "needs a private key and a certificate; give --cert and --cert-key"],
  ])("refuses %j", async ([first, ...rest], exitCode, message) => {
    const cwd = folder();
    writeRecording(cwd, []);
    const args = first!.includes("://") ? [first!, ...rest] : ["tcp://127.0.0.1:0", first!, ...rest];
    expect(await run(["replay", "sales.ndjson", ...args], { cwd })).toMatchObject({
      exitCode,
      err: expect.stringContaining(message),
    });
  });
});
