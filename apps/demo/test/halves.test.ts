import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { build, endAll, run, start } from "./programs.js";

const python = "/usr/bin/python3";
const hasPython = spawnSync(python, ["-c", "import zmq, msgpack"]).status === 0;
const runFile = promisify(execFile);
const listening = /listens at (\S+)\. Ctrl-C/;
const remedy = "; the server starts with npx pnpm@12 demo:server\n";
let folder: string;

beforeAll(async () => {
  build();
  folder = await mkdtemp(join(tmpdir(), "rpc-halves-"));
}, 120_000);

afterEach(() => expect(endAll()).toBe(false));

afterAll(() => rm(folder, { recursive: true }));

describe("the halves in two terminals", () => {
  it.each([
    ["tcp", () => "tcp://127.0.0.1:0"],
    ["zmq", () => "zmq://127.0.0.1:0"],
    ["unix", () => `unix:${folder}/one.sock`],
    ["zmq+ipc", () => `zmq+ipc:${folder}/two.sock`],
  ])("meet over %s, again and again, until the server is closed", async (_, url) => {
    const server = start("server", [], url());
    const [, where] = await server.printed(listening);
    const first = await run("client", [], where);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toContain("filled: 100 AAPL at 21.00 on 2000-05-01");
    // The second finds Alex, and a market that is open.
    const second = await run("client", [], where);
    expect(second).toMatchObject({ code: 0, stderr: "" });
    expect(second.stdout).toMatch(/person\.getName\(\) +"Alex"/);
    expect(second.stdout).toMatch(/it is open and at 20/);
    server.process.kill("SIGINT");
    const { code, stderr, stdout } = await server.end;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.endsWith("closed\n")).toBe(true);
  });

  it.skipIf(!hasPython && !process.env["CI"])(
    "are open to Python over zmq, in the five lines they print",
    async () => {
      const server = start("server", [], "zmq://127.0.0.1:0");
      const [, lines] = await server.printed(/Or in Python[^\n]*\n\n((?: {2}.+\n){5})/);
      const program = lines!.replaceAll(/^ {2}/gm, "");
      const { stdout, stderr } = await runFile(python, ["-c", program]);
      expect({ stdout, stderr }).toEqual({ stdout: "[True, '小红']\n", stderr: "" });
      server.process.kill("SIGINT");
      expect(await server.end).toMatchObject({ code: 0, stderr: "" });
    },
  );

  it("end the client with 130 on Ctrl-C, and not the server", async () => {
    const server = start("server", [], "tcp://127.0.0.1:0");
    const [, where] = await server.printed(listening);
    const client = start("client", [], where);
    await client.printed(/person\.getName\(\)/);
    client.process.kill("SIGINT");
    expect(await client.end).toMatchObject({ code: 130, stderr: "" });
    expect(await run("client", [], where)).toMatchObject({ code: 0, stderr: "" });
    server.process.kill("SIGTERM");
    expect(await server.end).toMatchObject({ code: 0, stderr: "" });
  });

  it.each(["tcp", "zmq"])("tell the client over %s when the server goes", async (scheme) => {
    for (const signal of ["SIGKILL", "SIGINT"] as const) {
      const server = start("server", [], `${scheme}://127.0.0.1:0`);
      const [, where] = await server.printed(listening);
      const client = start("client", [], where);
      await client.printed(/person\.getName\(\)/);
      server.process.kill(signal);
      await server.end;
      const { code, stderr, ms } = await client.end;
      expect({ signal, code }).toEqual({ signal, code: 1 });
      expect(stderr).toMatch(new RegExp(`^demo client: the server at ${where} is gone: .+\n$`));
      expect(ms).toBeLessThan(10_000);
    }
  });
});

describe("a mistake in RPC_URL", () => {
  it.each([
    ["client", "nonsense", '"nonsense" is no URL; expected one such as tcp://127.0.0.1:7000\n'],
    ["server", "nonsense", '"nonsense" is no URL; expected one such as tcp://127.0.0.1:7000\n'],
    ["client", "", "no URL was given; expected one such as tcp://127.0.0.1:7000\n"],
    [
      "client",
      "http://x",
      "no transport for http: in http://x/; expected one of tcp, tls, unix, ws, wss, zmq, zmq+ipc\n",
    ],
    [
      "server",
      "http://x",
      "no transport for http: in http://x/; expected one of tcp, tls, unix, ws, wss, zmq, zmq+ipc\n",
    ],
    ["client", "tcp://127.0.0.1", "tcp://127.0.0.1 names no port; expected tcp://host:port\n"],
    [
      "server",
      "unix:/no/such/folder/x",
      "no directory for the socket file of unix:/no/such/folder/x (ENOENT)\n",
    ],
    ["server", "tcp://0.0.0.0:0", "tcp://0.0.0.0:0 is open to anyone who can reach it; "],
    ["client", "memory:x", "memory:x stays inside one process: run demo memory, or give RPC_URL as "],
    ["server", "memory:x", "memory:x stays inside one process: run demo memory, or give RPC_URL as "],
  ])("ends the %s for %j with a sentence", async (half, url, sentence) => {
    const { code, stdout, stderr, ms } = await run(half, [], url);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.startsWith(`demo ${half}: ${sentence}`)).toBe(true);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(ms).toBeLessThan(5_000);
  });

  it.each(["tcp", "zmq"])("such as a port in use ends the server over %s with a sentence", async (scheme) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const { code, stdout, stderr, ms } = await run("server", [], `${scheme}://127.0.0.1:${port}`);
    taken.close();
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^demo server: ${scheme}://127.0.0.1:${port}\\b.* in use.*\n$`));
    expect(ms).toBeLessThan(5_000);
  });

  it.each(["tcp", "zmq"])("such as nobody there ends the client over %s with a sentence", async (scheme) => {
    const gone = createServer().listen(0, "127.0.0.1");
    await once(gone, "listening");
    const { port } = gone.address() as { port: number };
    gone.close();
    await once(gone, "close");
    const { code, stdout, stderr, ms } = await run("client", [], `${scheme}://127.0.0.1:${port}`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.startsWith(`demo client: nobody listens at ${scheme}://127.0.0.1:${port}`)).toBe(true);
    expect(stderr.endsWith(remedy)).toBe(true);
    expect(ms).toBeLessThan(5_000);
  });
});
