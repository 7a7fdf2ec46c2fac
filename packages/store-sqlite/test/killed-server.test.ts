import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { type Client, connect, type Remote } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildChild } from "./build-child.js";

interface Desk {
  placeOrder(instrument: string, forever: boolean): Promise<string>;
}

let built: string;
let folder: string;
let child: ChildProcess;
let client: Client;
let desk: Remote<Desk>;

describe("a server that is killed", () => {
  beforeAll(async () => {
    built = await buildChild("desk");
  });
  afterAll(() => rmSync(built, { recursive: true, force: true }));
  beforeEach(async () => {
    folder = mkdtempSync(`${tmpdir()}/rpc-store-`);
    await start();
  });
  afterEach(async () => {
    await kill();
    rmSync(folder, { recursive: true });
  });

  it("answers a key with what it stored before it died, and runs nothing again", async () => {
    expect(await desk.$with({ key: "order 1" }).placeOrder("A", false)).toBe("bought A");
    await kill();
    await start();
    expect(await desk.$outcome("placeOrder", "order 1")).toEqual({ state: "executed", value: "bought A" });
    expect(await desk.$with({ key: "order 1" }).placeOrder("A", false)).toBe("bought A");
    expect(orders()).toEqual(["A"]);
  });

  it("tells that a key was interrupted when it died in the middle, and never runs it again by itself", async () => {
    const lost = desk.$with({ key: "order 2" }).placeOrder("B", true);
    const outcome = expect(lost).rejects.toMatchObject({ outcome: "unknown" });
    while (orders().length === 0) await desk.$outcome("placeOrder", "order 2");
    expect(await desk.$outcome("placeOrder", "order 2")).toEqual({ state: "running" });
    await kill();
    await outcome;
    await start();
    expect(await desk.$outcome("placeOrder", "order 2")).toEqual({ state: "interrupted" });
    await expect(desk.$with({ key: "order 2" }).placeOrder("B", true)).rejects.toMatchObject({
      code: "aborted",
      outcome: "unknown",
    });
    expect(orders()).toEqual(["B"]);
  });

  it("tells that a key is not found when nothing of it was started", async () => {
    await desk.$with({ key: "order 3" }).placeOrder("C", false);
    await kill();
    await start();
    expect(await desk.$outcome("placeOrder", "order 4")).toMatchObject({ state: "not-found" });
    expect(await desk.$with({ key: "order 4" }).placeOrder("D", false)).toBe("bought D");
    expect(orders()).toEqual(["C", "D"]);
  });
});

async function start(): Promise<void> {
  child = spawn(process.execPath, [`${built}/desk.js`, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const [url] = (await once(child.stdout!, "data")) as [Buffer];
  client = await connect(url.toString().trim(), { transports: [tcp()] });
  desk = client.service<Remote<Desk>>("Desk");
}

async function kill(): Promise<void> {
  const ended = once(child, "close");
  child.kill("SIGKILL");
  await Promise.all([ended, client.close()]);
}

function orders(): string[] {
  const file = `${folder}/orders`;
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}
