import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { listen, lookForLeftovers, openPair, packet } from "./pair.js";

lookForLeftovers();

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "socket-"));
  path = join(folder, "desk.sock");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Leaves a socket file behind, as a process does that is killed. */
function leaveStaleFile(): void {
  const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  try {
    execFileSync(process.execPath, ["-e", script], { stdio: "ignore" });
  } catch {
    // It was killed, as it should be.
  }
  expect(lstatSync(path).isSocket()).toBe(true);
}

it("carries packets, and knows no address of the peer", async () => {
  const { client, server, listener, close } = await openPair(`unix:${path}`);
  expect(listener.url.href).toBe(`unix:${path}`);
  expect(server.connection.peer).toEqual({ scheme: "unix" });
  client.connection.send(packet("local"));
  expect(await server.heard.texts(1)).toEqual(["local"]);
  await close();
});

it("can be opened by its owner only, whatever the umask, and leaves nothing else beside it", async () => {
  const umask = process.umask.bind(process);
  // Worker threads cannot set it; the mode has to be right under any.
  let before: number | undefined;
  try {
    before = umask(0);
  } catch {
    before = undefined;
  }
  const { listener } = await listen(`unix:${path}`);
  if (before !== undefined) umask(before);
  expect(lstatSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["desk.sock"]);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(basename(folder)))).toEqual([
    basename(folder),
  ]);
  await listener.close();
});

it("is removed at close", async () => {
  const { listener } = await listen(`unix:${path}`);
  await listener.close();
  await listener.close();
  expect(readdirSync(folder)).toEqual([]);
});

it("is taken over when a dead process left it", async () => {
  leaveStaleFile();
  const { client, server, close } = await openPair(`unix:${path}`);
  client.connection.send(packet("anew"));
  expect(await server.heard.texts(1)).toEqual(["anew"]);
  await close();
  expect(readdirSync(folder)).toEqual([]);
});

it("is not taken over while somebody answers", async () => {
  const { listener, accepted } = await listen(`unix:${path}`);
  await expect(listen(`unix:${path}`)).rejects.toMatchObject({
    code: "unavailable",
    message: `unix:${path} is in use by another process; choose another path or stop it`,
  });
  expect(readdirSync(folder)).toEqual(["desk.sock"]);
  for (const probe of accepted) await probe.close();
  await listener.close();
});

it("goes to one of two that start at once over a stale file", async () => {
  leaveStaleFile();
  const attempts = await Promise.allSettled([listen(`unix:${path}`), listen(`unix:${path}`)]);
  const won = attempts.filter((attempt) => attempt.status === "fulfilled");
  expect(won.length).toBe(1);
  for (const { value } of won) {
    for (const probe of value.accepted) await probe.close();
    await value.listener.close();
  }
});

it.each([
  ["a file", () => writeFileSync(path, "precious")],
  ["a directory", () => mkdirSync(path)],
  ["a link", () => symlinkSync("/nowhere", path)],
])("does not replace %s", async (_what, put) => {
  put();
  await expect(listen(`unix:${path}`)).rejects.toMatchObject({
    code: "unavailable",
    message: `unix:${path} is taken by a file that is no socket; remove it or choose another path`,
  });
  expect(readdirSync(folder)).toEqual(["desk.sock"]);
});

it("leaves the file of another server that has the name by now", async () => {
  const { listener } = await listen(`unix:${path}`);
  unlinkSync(path);
  const { listener: second } = await listen(`unix:${path}`);
  await listener.close();
  expect(existsSync(path)).toBe(true);
  await second.close();
});

it("needs a directory", async () => {
  await expect(listen(`unix:${folder}/none/x`)).rejects.toMatchObject({
    code: "unavailable",
    message: `no directory for the socket file of unix:${folder}/none/x (ENOENT)`,
  });
});

it.skipIf(process.platform !== "linux")(
  "needs a path that the kernel takes, also while it is made",
  async () => {
    const deep = join(folder, "d".repeat(107 - folder.length - 4));
    mkdirSync(deep);
    await expect(listen(`unix:${deep}/x`)).rejects.toMatchObject({
      code: "invalid_argument",
      message: `directory of unix:${deep}/x has too long a path; expected at most 97 bytes`,
    });
    expect(readdirSync(deep)).toEqual([]);
  },
);
