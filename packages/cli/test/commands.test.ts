import { codes } from "@rpc/codegen";
import { rules } from "@rpc/core/contract";
import { describe, expect, test } from "vitest";
import { errorExplanations } from "../src/error-explanations.js";
import { createFolder } from "./project-folder.js";

describe("rpc init", () => {
  test("writes a configuration that rpc generate takes, and says what comes next", async () => {
    const { run, read } = createFolder();
    const { exitCode, out } = await run("init", "--json");

    expect(exitCode).toBe(0);
    expect(out).toContain("wrote rpc.config.json\n");
    expect(out).toContain("rpc generate --check");
    expect(JSON.parse(read("rpc.config.json"))).toHaveProperty("client");
    expect((await run("generate")).out).toContain("wrote src/generated/client.ts\n");
  });

  test("writes TypeScript unless asked for JSON", async () => {
    const { run, read } = createFolder();
    await run("init");
    expect(read("rpc.config.ts")).toContain("export default defineConfig({");
  });

  test.each([["--json"], []])("never writes over one that is there (%s)", async (...flags) => {
    const { run, read } = createFolder("{}");
    expect(await run("init", ...flags)).toMatchObject({
      exitCode: 2,
      err: "there is a rpc.config.json already; nothing was written\n",
    });
    expect(read("rpc.config.json")).toBe("{}");
  });
});

describe("rpc.config.ts", () => {
  test("is run, types and all, and leaves nothing behind", async () => {
    const { run, write, exists, cwd } = createFolder();
    write("names.mjs", 'export const contract = "contract.json";\n');
    write(
      "rpc.config.ts",
      'import { contract } from "./names.mjs";\nexport default { contract: contract as string };\n',
    );
    expect((await run("generate")).out).toBe("wrote contract.json\n");
    expect(exists("contract.json")).toBe(true);
    const { readdirSync } = await import("node:fs");
    expect(readdirSync(cwd).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test.each([
    ["export default {", "rpc.config.ts cannot be run"],
    ["throw new Error('no luck');", "rpc.config.ts cannot be run: no luck"],
    ["export const config = {};", "exports nothing as default"],
    ["export default { out: 1 };", 'rpc.config.ts: unknown key "out"'],
  ])("exits with 2 for %s", async (text, message) => {
    const { run, write } = createFolder();
    write("rpc.config.ts", text);
    expect(await run("generate")).toMatchObject({ exitCode: 2, err: expect.stringContaining(message) });
  });

  test("is not there together with rpc.config.json", async () => {
    const { run, write } = createFolder("{}");
    write("rpc.config.ts", "export default {};");
    expect((await run("generate")).err).toContain("keep one of them");
  });
});

describe("rpc generate", () => {
  test("says so when a file that it is to write is a folder", async () => {
    const { run } = createFolder('{ "client": ".", "contract": "contract.json" }');
    expect(await run("generate")).toMatchObject({
      exitCode: 2,
      err: "client is a file to write, and . is a folder; name a file in it\n",
    });
  });
});

describe("rpc explain", () => {
  test.each(Object.keys(codes))("tells why %s is a finding, and shows how to mend it", async (code) => {
    const { exitCode, out } = await createFolder().run("explain", code);
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      new RegExp(
        `^${code} \\((error|warning|info)\\): .+\n\n.{20}[^]+\n\nInstead of\n\n  .+[^]+\n\nwrite\n\n  .+`,
      ),
    );
  });

  test("takes the number alone", async () => {
    expect((await createFolder().run("explain", "2004")).out).toContain("RPC2004");
  });

  test.each(Object.keys(errorExplanations))("tells what %s of a call means", async (code) => {
    const { out } = await createFolder().run("explain", code);
    expect(out).toMatch(new RegExp(`^${code} \\(error of a call\\): .+\n\n.{20}`));
  });

  test("tells what a rule of rpc breaking means", async () => {
    const { out } = await createFolder().run("explain", "output-value-added");
    expect(out).toContain("(rule of rpc breaking, dangerous; breaking with --profile source)");
  });

  test("lists all without a number, and refuses one that there is not", async () => {
    const { run } = createFolder();
    const { out } = await run("explain");
    for (const known of [codes, errorExplanations, rules])
      for (const code of Object.keys(known)) expect(out).toMatch(new RegExp(`^${code} `, "m"));
    expect(await run("explain", "RPC9999")).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("lists all"),
    });
  });
});
