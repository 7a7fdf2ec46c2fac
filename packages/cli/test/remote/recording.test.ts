import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Event, event, serve, service } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { describe, expect, onTestFinished, test } from "vitest";
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
      "cut",
      [`${JSON.stringify(head)}\n`, '{"kind":"live","to'],
      "cut, line 2: expected an item of rpc record",
    ],
  ])("refuses the file %s", async (file, lines, message) => {
    const cwd = folder();
    for (const line of lines) appendFileSync(join(cwd, file), line);
    const said = await run(["replay", file, "tcp://127.0.0.1:0", "--now"], { cwd });
    expect(said).toMatchObject({ exitCode: 2, out: "", err: expect.stringContaining(message) });
  });

  test.each([
    [["--speed", "0"], 2, "--speed: expected a number"],
    [["--speed", "-1"], 2, "--speed"],
    [["tcp://0.0.0.0:0"], 1, "is open to anyone who can reach it"],
  ])("refuses %j", async ([first, ...rest], exitCode, message) => {
    const cwd = folder();
    writeRecording(cwd, []);
    const args = first!.startsWith("tcp:") ? [first!, ...rest] : ["tcp://127.0.0.1:0", first!, ...rest];
    expect(await run(["replay", "sales.ndjson", ...args], { cwd })).toMatchObject({
      exitCode,
      err: expect.stringContaining(message),
    });
  });
});
