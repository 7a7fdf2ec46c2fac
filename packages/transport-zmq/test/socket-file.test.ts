import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zmq } from "@rpc/transport-zmq";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bytes, closeAll, connect, listen, listenOptions } from "./ends.js";

const transport = zmq();

describe("a socket file", () => {
  let directory: string;
  let url: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "zmq-file-"));
    url = `zmq+ipc:${join(directory, "s")}`;
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("is open to its owner alone and gone after close", async () => {
    const server = await listen(transport, url);
    expect(statSync(join(directory, "s")).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(["s"]);
    await closeAll(server);
    expect(readdirSync(directory)).toEqual([]);
  });

  it("left by a dead process is taken over", async () => {
    const script =
      "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";
    spawnSync(process.execPath, ["-e", script, join(directory, "s")]);
    expect(statSync(join(directory, "s")).isSocket()).toBe(true);
    const server = await listen(transport, url);
    const { client, peer } = await connect(transport, server);
    peer.connection.send(bytes("here"));
    expect(await client.texts(1)).toEqual(["here"]);
    await closeAll(server);
  });

  it("of a live listener is not", async () => {
    const server = await listen(transport, url);
    const attempt = transport.listen(new URL(url), listenOptions(), () => {});
    await expect(attempt).rejects.toMatchObject({
      code: "unavailable",
      message: `${url} is in use by another listener`,
    });
    await connect(transport, server);
    await closeAll(server);
  });

  it("is not made from a file of another kind", async () => {
    writeFileSync(join(directory, "s"), "precious");
    const attempt = transport.listen(new URL(url), listenOptions(), () => {});
    await expect(attempt).rejects.toMatchObject({
      code: "unavailable",
      message: `${join(directory, "s")} is there already and is not a socket`,
    });
  });

  it("needs a directory that is there", async () => {
    const attempt = transport.listen(new URL(`zmq+ipc:${directory}/no/s`), listenOptions(), () => {});
    await expect(attempt).rejects.toMatchObject({ code: "unavailable" });
  });
});
