import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { tcp } from "@rpc/transport-tcp";
import { expect, it } from "vitest";
import { listenError } from "../src/socket-errors.js";
import {
  connectOptions,
  destroyed,
  listen,
  lookForLeftovers,
  openPair,
  packet,
  rawSocket,
  started,
} from "./pair.js";

lookForLeftovers();

it("tells the port that it got", async () => {
  const { listener } = await listen("tcp://localhost:0");
  expect(listener.url.href).toMatch(/^tcp:\/\/localhost:[1-9]\d*$/);
  await listener.close();
});

it("tells that a port is in use", async () => {
  const { listener } = await listen("tcp://127.0.0.1:0");
  await expect(listen(listener.url.href)).rejects.toMatchObject({
    code: "unavailable",
    message: `${listener.url.href} is in use by another process; choose another port or stop it`,
    outcome: "not-executed",
  });
  await listener.close();
});

it.each([
  ["EACCES", "permission_denied", "not permitted to listen at tcp://10.9.8.7:80 (EACCES)"],
  ["EADDRNOTAVAIL", "unavailable", "this machine has no address 10.9.8.7 to listen at (EADDRNOTAVAIL)"],
  ["EMFILE", "unavailable", "cannot listen at tcp://10.9.8.7:80: what Node says (EMFILE)"],
])("has a sentence for %s", (code, rpcCode, message) => {
  const error = listenError(
    new URL("tcp://10.9.8.7:80"),
    Object.assign(new Error("what Node says"), { code }),
  );
  expect(error).toMatchObject({ code: rpcCode, message, outcome: "not-executed" });
});

it("refuses a URL that makes no sense", async () => {
  await expect(listen("tcp://127.0.0.1")).rejects.toMatchObject({ code: "invalid_argument" });
});

it("frees its port at close, and leaves open what is open", async () => {
  const { client, server, listener, close } = await openPair();
  await Promise.all([listener.close(), listener.close()]);
  const { listener: next } = await listen(listener.url.href);
  client.connection.send(packet("still here"));
  expect(await server.heard.texts(1)).toEqual(["still here"]);
  await next.close();
  await close();
});

it("closes connections above maxConnections at once, and warns of it as of one kind", async () => {
  const warnings: string[] = [];
  const kinds = new Set<string | undefined>();
  const settings = { maxConnections: 1, warnings, kinds };
  const { listener, next, accepted } = await listen("tcp://127.0.0.1:0", settings);
  const client = started(await tcp().connect(listener.url, connectOptions()));
  const first = started(await next());
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const refused = started(await tcp().connect(listener.url, connectOptions()));
    await refused.heard.ending();
  }
  expect(accepted.length).toBe(1);
  const warning = `${listener.url.href}: connection refused: maxConnections 1 reached`;
  expect(warnings).toEqual([warning, warning, warning]);
  expect([...kinds]).toEqual(["connections refused"]);

  await client.connection.close();
  await first.heard.ending();
  const again = started(await tcp().connect(listener.url, connectOptions()));
  await (await next(2)).close();
  await again.heard.ending();
  await listener.close();
});

const ownAddress = Object.values(networkInterfaces())
  .flat()
  .find((found) => found?.family === "IPv4" && !found.internal)?.address;

it.skipIf(ownAddress === undefined)(
  "closes connections above the limit for one address at once",
  async () => {
    const { listener, accepted, next } = await listen(`tcp://${ownAddress}:0`, {
      maxConnectionsPerAddress: 1,
    });
    const client = await rawSocket(listener.url);
    const first = await next();
    const refused = await rawSocket(listener.url);
    refused.resume().on("error", () => {});
    await once(refused, "end");
    expect(accepted.length).toBe(1);
    await Promise.all([destroyed(client), destroyed(refused), first.close()]);
    await listener.close();
  },
);

it("exempts loopback from the limit for one address", async () => {
  const { listener, next } = await listen("tcp://127.0.0.1:0", { maxConnectionsPerAddress: 1 });
  const clients = [await rawSocket(listener.url), await rawSocket(listener.url)];
  const connections = [await next(1), await next(2)];
  await Promise.all([...clients.map(destroyed), ...connections.map((connection) => connection.close())]);
  await listener.close();
});
