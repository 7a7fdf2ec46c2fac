import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect as connectSocket, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { type Client, connect, type Event, type Remote } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildChild } from "./build-child.js";

interface Desk {
  pid(): Promise<number>;
  say(text: string): Promise<void>;
  placeOrder(instrument: string): Promise<string>;
  readonly said: Event<string>;
}

let built: string;
let folder: string;
let primary: ChildProcess;
let url: string;
let clients: Client[];

describe("workers of node:cluster behind one port", () => {
  beforeAll(async () => {
    built = await buildChild("cluster-desk");
  });
  afterAll(() => rmSync(built, { recursive: true, force: true }));
  beforeEach(async () => {
    clients = [];
    folder = mkdtempSync(`${tmpdir()}/rpc-cluster-`);
    primary = fork(`${built}/cluster-desk.js`, [folder]);
    const urls = new Set<string>();
    for (let ready = 0; ready < 2; ready += 1) urls.add(String((await once(primary, "message"))[0]));
    expect(urls.size).toBe(1);
    [url = ""] = urls;
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    const ended = once(primary, "close");
    primary.kill("SIGKILL"); // its workers end with it
    await ended;
    rmSync(folder, { recursive: true });
  });

  it("takes connections in turn, each worker a server of its own epoch", async () => {
    const desks = [await open(url), await open(url), await open(url), await open(url)];
    const pids = await Promise.all(desks.map(({ desk }) => desk.pid()));
    expect(new Set(pids).size).toBe(2);
    expect(pids.filter((pid) => pid === pids[0])).toHaveLength(2);
  });

  it("tells a connection that comes back to another worker as a reset, and runs no key twice", async () => {
    const proxy = await openProxy(Number(new URL(url).port));
    const { client, desk } = await open(proxy.url);
    const states: string[] = [];
    client.onState((state) => states.push(state));
    const first = await desk.pid();
    const lost = desk.$with({ key: "order 1" }).placeOrder("slow");
    const outcome = expect(lost).rejects.toMatchObject({ code: "unavailable", outcome: "unknown" });
    while ((await desk.$outcome("placeOrder", "order 1")).state !== "running");
    proxy.cut();
    await outcome;
    expect(await desk.pid()).not.toBe(first);
    expect(states).toEqual(["resuming", "reset", "online"]);
    // It still runs, where this worker cannot see it.
    expect(await desk.$outcome("placeOrder", "order 1")).toEqual({ state: "interrupted" });
    await expect(desk.$with({ key: "order 1" }).placeOrder("slow")).rejects.toMatchObject({
      code: "aborted",
      outcome: "unknown",
    });
    primary.send("go on");
    while ((await desk.$outcome("placeOrder", "order 1")).state === "interrupted");
    expect(await desk.$with({ key: "order 1" }).placeOrder("slow")).toBe(`bought slow in ${first}`);
    expect(readFileSync(`${folder}/orders`, "utf8")).toBe("slow\n");
    await client.close();
    await proxy.close();
  });

  it("publishes to the subscribers of the same worker only", async () => {
    const [one, other] = [await open(url), await open(url)];
    expect(await one.desk.pid()).not.toBe(await other.desk.pid());
    const heard = [await one.desk.said.subscribe(""), await other.desk.said.subscribe("")];
    await one.desk.say("from one");
    await other.desk.say("from the other");
    const firsts = await Promise.all(
      heard.map(async (items) => (await items[Symbol.asyncIterator]().next()).value),
    );
    expect(firsts).toMatchObject([{ value: "from one" }, { value: "from the other" }]);
  });

  it("loses no call when a worker closes: its clients go to another", async () => {
    const { desk } = await open(url);
    const first = await desk.pid();
    process.kill(first, "SIGTERM");
    let now = first;
    while (now === first) now = await desk.pid();
    expect(now).not.toBe(first);
  });
});

async function open(at: string): Promise<{ client: Client; desk: Remote<Desk> }> {
  const client = await connect(at, { transports: [tcp()] });
  clients.push(client);
  return { client, desk: client.service<Remote<Desk>>("Desk") };
}

/** A link that can be cut while the server behind it lives on. */
async function openProxy(port: number): Promise<{ url: string; cut(): void; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connectSocket(port, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `tcp://127.0.0.1:${(server.address() as { port: number }).port}`,
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
