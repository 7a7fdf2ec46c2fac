import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expose, RpcError, type ServeOptions, serve, service } from "@rpc/core";
import type { Contract } from "@rpc/core/contract";
import { tcp } from "@rpc/transport-tcp";
import { zmq } from "@rpc/transport-zmq";
import { describe, expect, onTestFinished, test } from "vitest";
import { main } from "../src/index.js";

@service("Person")
class Person {
  @expose()
  name(): string {
    return "Joe";
  }
}

const contract: Contract = {
  rpcContract: 1,
  name: "people",
  hash: "x",
  services: {
    Person: { hash: "y", members: { name: { kind: "call", params: [], result: { type: "string" } } } },
  },
  types: {},
};

async function start(options: Partial<ServeOptions> = {}) {
  const server = await serve([new Person()], {
    transports: [tcp(), zmq()],
    listen: "tcp://127.0.0.1:0",
    contract,
    ...options,
  });
  onTestFinished(() => server.close({ graceMs: 0 }));
  return server.urls[0]!;
}

async function run(...args: string[]) {
  return runWith({}, ...args);
}

async function runWith(env: Readonly<Record<string, string>>, ...args: string[]) {
  const said = { out: "", err: "" };
  const exitCode = await main(args, {
    cwd: process.cwd(),
    color: false,
    env,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return { exitCode, ...said };
}

describe("rpc contract --from", () => {
  test.each(["tcp://127.0.0.1:0", "zmq://127.0.0.1:0"])(
    "prints what a server on %s says of itself",
    async (listen) => {
      const { exitCode, out, err } = await run("contract", "--from", await start({ listen }));
      expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
      expect(JSON.parse(out)).toEqual(contract);
    },
  );

  test("a server that others can reach describes itself only when told to", async () => {
    const open = { listen: "tcp://0.0.0.0:0", insecure: true };
    const local = (url: string) => url.replace("0.0.0.0", "127.0.0.1");
    const refused = await run("contract", "--from", local(await start(open)));
    expect(refused).toMatchObject({
      exitCode: 2,
      out: "",
      err: expect.stringContaining("no method $rpc.describe"),
    });
    expect(refused.err).toContain("describe: true");
    expect(await run("contract", "--from", local(await start({ ...open, describe: true })))).toMatchObject({
      exitCode: 0,
    });
  });

  test("asks who may, by identity, and takes nothing but true for a yes", async () => {
    const authenticate = () => ({ role: "viewer" });
    const ask = async (may: (identity: unknown) => unknown) =>
      run("contract", "--from", await start({ authenticate, describe: may as () => boolean }));
    expect((await ask((identity) => (identity as { role: string }).role === "viewer")).exitCode).toBe(0);
    for (const no of [false, 1, Promise.resolve(true)]) {
      expect(await ask(() => no)).toMatchObject({
        exitCode: 2,
        err: expect.stringContaining("does not describe itself to this caller"),
      });
    }
  });

  test("shows who asks, from a variable or a file", async () => {
    const url = await start({
      authenticate(credentials: unknown) {
        const token =
          typeof credentials === "object" ? (credentials as { token?: string } | null)?.token : credentials;
        if (token !== "secret") throw new RpcError("unauthenticated", "no such token");
        return { role: "ci" };
      },
      describe: (identity) => (identity as { role?: string } | undefined)?.role === "ci",
    });
    expect(await run("contract", "--from", url)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining(
        "show who you are with --credentials-file, or the variable RPC_CREDENTIALS",
      ),
    });
    expect(await runWith({ RPC_CREDENTIALS: "secret" }, "contract", "--from", url)).toMatchObject({
      exitCode: 0,
    });
    const folder = mkdtempSync(join(tmpdir(), "rpc-credentials-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "credentials.json");
    writeFileSync(file, '{ "token": "secret" }');
    const against = ["breaking", "--against", url, "--contract", url];
    expect(await run(...against, "--credentials-file", file)).toMatchObject({ exitCode: 0 });
    expect(await run(...against, "--credentials-file", join(folder, "none"))).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("cannot read the credentials"),
    });
  });

  test("a server without a contract has nothing to describe", async () => {
    const { contract: _, ...bare } = { contract };
    const server = await serve([new Person()], { transports: [tcp()], listen: "tcp://127.0.0.1:0", ...bare });
    onTestFinished(() => server.close({ graceMs: 0 }));
    expect(await run("contract", "--from", server.urls[0]!)).toMatchObject({ exitCode: 2 });
    await expect(
      serve([new Person()], { transports: [tcp()], listen: "tcp://127.0.0.1:0", describe: true }),
    ).rejects.toThrow(/describe needs the contract/);
  });

  test("compares with a running server", async () => {
    const url = await start();
    expect(await run("breaking", "--against", url, "--contract", url)).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining("0 breaking"),
    });
  });
});
