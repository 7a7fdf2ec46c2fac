import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createFolder, service } from "./project-folder.js";

describe("rpc", () => {
  test("prints its version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    expect(await createFolder().run("--version")).toEqual({ exitCode: 0, out: `${version}\n`, err: "" });
  });

  test("prints help, also of one command", async () => {
    const { run } = createFolder();
    expect(await run("--help")).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining("generate"),
      err: "",
    });
    expect((await run("generate", "--help")).out).toContain("--check");
  });

  test.each([
    [[]],
    [["generat"]],
    [["generate", "--chek"]],
    [["generate", "more"]],
    [["generate", "--client"]],
  ])("exits with 2 for %j and says where help is", async (args) => {
    const { exitCode, err, out } = await createFolder().run(...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toContain("--help");
  });
});

describe("rpc generate", () => {
  test("writes what the flags name", async () => {
    const { run, read } = createFolder();
    const first = await run("generate", "--client", "generated/client.ts", "--contract", "contract.json");

    expect(first).toEqual({ exitCode: 0, out: "wrote generated/client.ts\nwrote contract.json\n", err: "" });
    expect(read("generated/client.ts")).toContain("export class PersonClient");
    expect(JSON.parse(read("contract.json")).name).toBe("people");
  });

  test("writes what the configuration names, and says when nothing has changed", async () => {
    const { run } = createFolder('{ "project": "./tsconfig.json", "contract": "contract.json" }');

    expect(await run("generate")).toEqual({ exitCode: 0, out: "wrote contract.json\n", err: "" });
    expect(await run("generate")).toEqual({ exitCode: 0, out: "nothing has changed\n", err: "" });
  });

  test("lets flags go before the configuration", async () => {
    const { run, path } = createFolder('{ "project": "gone.json", "contract": "contract.json" }');

    expect((await run("generate", "--project", "tsconfig.json", "--contract", "other.json")).out).toBe(
      "wrote other.json\n",
    );
    expect(existsSync(path("contract.json"))).toBe(false);
  });

  test("says what to write when nothing is configured", async () => {
    const { exitCode, err } = await createFolder().run("generate");

    expect(exitCode).toBe(2);
    expect(err).toContain("there is no rpc.config.ts or rpc.config.json in");
    expect(err).toContain("Run rpc init");
    expect(err).toContain("rpc generate --client src/generated/client.ts");
  });

  test.each([
    ['{ "clients": "a.ts" }', 'unknown key "clients"; known are project, client, split, contract'],
    ['{ "client": 7 }', "expected client to be a path, got 7"],
    ["[]", "expected an object, got []"],
    ['{ "split": "yes" }', 'expected split to be true or false, got "yes"'],
    ['{ "client": "src/client.ts", "split": true }', "perhaps you mean src"],
    ["{ client }", "rpc.config.json is no JSON"],
    ['{ "project": "tsconfig.json" }', "the configuration names no client, contract or validators"],
  ])("exits with 2 for the configuration %s", async (config, message) => {
    const { exitCode, err } = await createFolder(config).run("generate");
    expect(exitCode).toBe(2);
    expect(err).toContain(message);
  });

  test("exits with 1 for errors in the sources, shows them and writes nothing", async () => {
    const { run, write, path } = createFolder();
    write("person.ts", service.replace("name(): string", "name(): symbol"));
    const { exitCode, out, err } = await run("generate", "--contract", "contract.json");

    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(err).toContain("person.ts:6:11 - error RPC2001: a symbol cannot cross the wire");
    expect(err).toContain("1 error; nothing was written");
    expect(existsSync(path("contract.json"))).toBe(false);
  });

  test("exits with 0 for warnings, which it shows", async () => {
    const { run, write } = createFolder();
    write("person.ts", service.replace("name(): string", "name(): any"));
    const { exitCode, out, err } = await run("generate", "--contract", "contract.json");

    expect({ exitCode, out }).toEqual({ exitCode: 0, out: "wrote contract.json\n" });
    expect(err).toContain("warning RPC1201");
  });

  test("exits with 1 for a file that it cannot write, and says which", async () => {
    const { run, cwd } = createFolder();
    const { exitCode, err } = await run("generate", "--client", "person.ts/client.ts");

    expect(exitCode).toBe(1);
    expect(err).toContain(join(cwd, "person.ts"));
  });

  test("exits with 1 for a tsconfig that is not there", async () => {
    const { exitCode, err } = await createFolder().run(
      "generate",
      "-p",
      "gone.json",
      "--contract",
      "contract.json",
    );

    expect(exitCode).toBe(1);
    expect(err).toContain("error RPC1000: no tsconfig at");
  });
});

describe("rpc generate --check", () => {
  test("is content when everything is up to date", async () => {
    const { run } = createFolder();
    await run("generate", "--contract", "contract.json");
    expect(await run("generate", "--contract", "contract.json", "--check")).toEqual({
      exitCode: 0,
      out: "everything is up to date\n",
      err: "",
    });
  });

  test("names the stale files and the command to run, and writes nothing", async () => {
    const { run, write, read, path } = createFolder();
    await run("generate", "--contract", "contract.json");
    const before = read("contract.json");
    write("person.ts", service.replace("name()", "fullName()"));
    const { exitCode, err } = await run(
      "generate",
      "--check",
      "--contract",
      "contract.json",
      "--client",
      "client.ts",
    );

    expect(exitCode).toBe(1);
    expect(err).toContain("  client.ts\n  contract.json\n");
    expect(err).toContain("run: rpc generate --client client.ts --contract contract.json\n");
    expect(read("contract.json")).toBe(before);
    expect(existsSync(path("client.ts"))).toBe(false);
  });
});
