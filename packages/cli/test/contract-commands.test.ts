import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { main } from "../src/index.js";

const text = { type: "string" };
const before = contract({
  changeName: { kind: "call", params: [{ name: "newName", type: text }], result: { "x-js": "void" } },
});
const after = contract({
  changeName: {
    kind: "call",
    params: [{ name: "newName", type: { type: "number" } }],
    result: { "x-js": "void" },
  },
});

function contract(members: object): string {
  return JSON.stringify({
    rpcContract: 1,
    name: "people",
    hash: "x",
    services: { Person: { hash: "x", members } },
    types: {},
  });
}

function createFolder(files: Record<string, string>) {
  const cwd = mkdtempSync(join(tmpdir(), "rpc-cli-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  const git = (...args: string[]) =>
    execFileSync(
      "git",
      ["-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false", ...args],
      { cwd, stdio: "pipe" },
    );
  const run = async (...args: string[]) => {
    let [out, err] = ["", ""];
    const terminal = {
      cwd,
      color: false,
      out: (more: string) => {
        out += more;
      },
      err: (more: string) => {
        err += more;
      },
    };
    return { exitCode: await main(args, terminal), out, err };
  };
  return { run, git, read: (file: string) => readFileSync(join(cwd, file), "utf8") };
}

describe("rpc breaking", () => {
  test("exits with 1 for a breaking change and tells what it means", async () => {
    const { run } = createFolder({ "old.json": before, "contract.json": after });
    expect(await run("breaking", "--against", "old.json", "--contract", "contract.json")).toEqual({
      exitCode: 1,
      out: `BREAKING input-type-changed Person.changeName(newName)
    clients send string, the server takes number
    string → number
    in Person.changeName

against old.json, profile wire: 1 breaking, 0 dangerous, 0 safe
`,
      err: "",
    });
  });

  test("exits with 0 when nobody is broken", async () => {
    const { run } = createFolder({ "contract.json": before });
    expect(await run("breaking", "--against", "contract.json", "--contract", "contract.json")).toMatchObject({
      exitCode: 0,
      out: "against contract.json, profile wire: 0 breaking, 0 dangerous, 0 safe\n",
    });
  });

  test("takes the contract from the configuration and the old one from a commit", async () => {
    const { run, git, read } = createFolder({
      "contract.json": before,
      "rpc.config.json": '{ "contract": "contract.json" }',
    });
    git("init", "-q", "-b", "main");
    git("add", ".");
    git("commit", "-qm", "first");
    expect((await run("breaking", "--against", "git:main")).exitCode).toBe(0);
    const { exitCode, out } = await (async () => {
      writeFileSync(join(git("rev-parse", "--show-toplevel").toString().trim(), "contract.json"), after);
      return run("breaking", "--against", "git:HEAD:contract.json", "--format", "json");
    })();
    expect(read("contract.json")).toBe(after);
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject([
      { rule: "input-type-changed", severity: "breaking", members: ["Person.changeName"] },
    ]);
    expect(await run("breaking", "--against", "git:--output=x")).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("expected git:ref"),
    });
    expect(await run("breaking", "--against", "git:gone")).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("git has no contract.json at gone"),
    });
  });

  test("annotates for GitHub, and nothing in a message can end the line", async () => {
    const { run } = createFolder({ "old.json": before, "new, one.json": after });
    const { out } = await run(
      "breaking",
      "--against",
      "old.json",
      "--contract",
      "new, one.json",
      "--format",
      "github",
    );
    expect(out).toBe(
      "::error file=new%2C one.json,title=input-type-changed::Person.changeName(newName): clients send string, the server takes number\n",
    );
  });

  test("reads the old contract from a URL", async () => {
    const server = createServer((_, response) => void response.end(before));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { run } = createFolder({ "contract.json": before });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/contract.json`;
    expect(await run("breaking", "--against", url, "--contract", "contract.json")).toMatchObject({
      exitCode: 0,
    });
  });

  test.each([
    [["--contract", "contract.json"], "expected --against"],
    [["--against", "contract.json"], "no contract to read"],
    [["--against", "gone.json", "--contract", "contract.json"], "cannot read the contract gone.json"],
    [["--against", "other.json", "--contract", "contract.json"], 'expected "rpcContract": 1'],
    [
      ["--against", "contract.json", "--contract", "contract.json", "--profile", "both"],
      "--profile: expected wire, source, got both",
    ],
    [["--against", "contract.json", "--contract", "contract.json", "--format", "xml"], "--format: expected"],
  ])("exits with 2 for %j", async (args, message) => {
    const { run } = createFolder({ "contract.json": before, "other.json": "[]" });
    expect(await run("breaking", ...args)).toMatchObject({
      exitCode: 2,
      out: "",
      err: expect.stringContaining(message),
    });
  });
});

describe("rpc docs", () => {
  const documented = JSON.stringify({
    rpcContract: 1,
    name: "people",
    hash: "x",
    services: {
      Person: {
        doc: "A person. With a name.",
        hash: "x",
        errors: { NameTaken: { type: "object", properties: { name: text }, required: ["name"] } },
        members: {
          renamed: { kind: "event", mode: "log", payload: { $ref: "#/types/Renamed" } },
          changeName: {
            kind: "call",
            doc: "Changes the name.",
            params: [
              {
                name: "newName",
                type: { type: "string", maxLength: 40 },
                doc: "The new | one.",
                default: '"Joe"',
                optional: true,
              },
            ],
            result: { "x-js": "void" },
            throws: ["NameTaken"],
            idempotent: true,
          },
        },
      },
    },
    types: {
      Renamed: {
        type: "object",
        description: "Told once.",
        properties: { to: { ...text, description: "Its name now." }, at: { "x-js": "date" } },
        required: ["at", "to"],
      },
    },
  });

  test("prints what a team would publish", async () => {
    const { run } = createFolder({ "contract.json": documented });
    const { exitCode, out } = await run("docs", "--contract", "contract.json");
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "# people

      - [Person](#person): A person.

      ## Person

      A person. With a name.

      ### Person.changeName

      \`\`\`ts
      changeName(newName?: string): Promise<void>
      \`\`\`

      Changes the name.

      | parameter | type | |
      | --- | --- | --- |
      | \`newName\` | \`string\` | The new \\| one. Limits: maxLength \`40\`. Default \`"Joe"\`. |

      - Fails with [NameTaken](#nametaken).
      - Idempotent: it may be sent again.

      ### Person.renamed

      \`\`\`ts
      renamed: Event<Renamed>
      \`\`\`

      - Delivery mode \`log\`.

      ### Errors of Person

      #### NameTaken

      \`\`\`ts
      interface NameTaken {
        name: string;
      }
      \`\`\`

      ## Types

      ### Renamed

      \`\`\`ts
      interface Renamed {
        at: Date;
        to: string;
      }
      \`\`\`

      Told once.

      | property | |
      | --- | --- |
      | \`to\` | Its name now. |
      "
    `);
  });

  test("writes the same to a file", async () => {
    const { run, read } = createFolder({ "contract.json": documented });
    const { out } = await run("docs", "--contract", "contract.json");
    expect(await run("docs", "--contract", "contract.json", "--out", "docs/api.md")).toEqual({
      exitCode: 0,
      out: "wrote docs/api.md\n",
      err: "",
    });
    expect(read("docs/api.md")).toBe(out);
  });
});
