import { describe, expect, test } from "vitest";
import { run, runFor } from "./run.js";
import { openShop } from "./shop.js";

const first = 'told("tea 1", {"$date":"1970-01-01T00:00:00.001Z"})\n';
const second = 'told("tea 2", {"$date":"1970-01-01T00:00:00.002Z"})\n';

describe("rpc call of a method that takes a function", () => {
  test.each([[["print"]], [[]]])("prints each of its calls, then the answer, given %j", async (given) => {
    const { url } = await openShop();
    expect(await run(["call", url, "Shop.watch", "2", ...given])).toEqual({
      exitCode: 0,
      out: `${first}${second}"watched"\n`,
      err: "",
    });
  });

  test("prints them as JSON", async () => {
    const { url } = await openShop();
    const { out } = await run(["call", url, "Shop.watch", "1", "--json"]);
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { callback: "told", args: ["tea 1", { $date: "1970-01-01T00:00:00.001Z" }] },
      { value: "watched" },
    ]);
  });

  test("goes on with --stay, until Ctrl-C", async () => {
    const { url, shop } = await openShop();
    const call = runFor(["call", url, "Shop.watch", "0", "--stay"]);
    await call.said('"watched"\n');
    await shop.tell("soap");
    await call.said('told("soap", {"$date":"1970-01-01T00:00:00.000Z"})\n');
    call.interrupt(130);
    expect((await call.ended).exitCode).toBe(130);
  });

  test("ends with --stay when its session is lost, and says so", async () => {
    const { url, server } = await openShop();
    const call = runFor(["call", url, "Shop.watch", "0", "--stay"]);
    await call.said('"watched"\n');
    await server.close({ graceMs: 0 });
    expect(await call.ended).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining("the callbacks ended with their session; call again"),
    });
  });

  test.each([
    [["Shop.watch", "1", "7"], "told is a function: give print, and each of its calls is printed as a line"],
    [["Shop.ask"], "answer is a function that has to answer, which nobody here can; call it from a program"],
    [["Shop.watch"], "Shop.watch takes 1 to 2 arguments (to, [told]), got 0"],
    [["Shop.echo", "7", "--stay"], "--stay is for the calls of callbacks; Shop.echo is given none"],
  ])("refuses %j", async (args, message) => {
    const { url, shop } = await openShop();
    expect(await run(["call", url, ...args])).toEqual({ exitCode: 2, out: "", err: `${message}\n` });
    expect(shop.ran).toEqual([]);
  });

  test("is no bench", async () => {
    const { url } = await openShop();
    expect((await run(["bench", url, "Shop.watch", "0", "--yes"])).err).toContain("streams or callbacks");
  });

  test("shows the function in its signature", async () => {
    const { url } = await openShop();
    expect((await run(["ls", url])).out).toContain(
      "  watch(to: number, told: (article: string, at: Date) => void): string\n",
    );
  });
});
