import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { format, generate, type Library } from "../src/index.js";
import { temporaryProject } from "./temporary-project.js";

const library: Library = new Map();

const service = `import { expose, service } from "@rpc/core";

@service("Person")
export class Person {
  /** Says it. */
  @expose()
  name(): string {
    return "Joe";
  }
}
`;

function options(project: ReturnType<typeof temporaryProject>) {
  const { tsconfig, path } = project;
  return { tsconfig, client: path("generated/client.ts"), contract: path("contract.json"), library };
}

describe("writing", () => {
  test("writes client and contract, making folders, and then leaves them alone", async () => {
    const project = temporaryProject({ "person.ts": service });
    const paths = [project.path("generated/client.ts"), project.path("contract.json")];

    expect(await generate(options(project))).toMatchObject({
      ok: true,
      written: paths,
      stale: [],
      unchanged: [],
    });
    expect(project.read("generated/client.ts")).toContain("export class PersonClient");
    expect(await generate(options(project))).toMatchObject({
      ok: true,
      written: [],
      stale: [],
      unchanged: paths,
    });
  });

  test("writes only what differs", async () => {
    const project = temporaryProject({ "person.ts": service });
    await generate(options(project));
    project.write("contract.json", "{}");

    const { written } = await generate(options(project));
    expect(written).toEqual([project.path("contract.json")]);
  });

  test("takes a checkout with other line ends for unchanged", async () => {
    const project = temporaryProject({ "person.ts": service });
    await generate(options(project));
    project.write("contract.json", project.read("contract.json").replaceAll("\n", "\r\n"));

    expect(await generate({ ...options(project), check: true })).toMatchObject({ ok: true, stale: [] });
  });

  test("writes nothing when there is any error, and tells all of them", async () => {
    const project = temporaryProject({
      "person.ts": service.replace("name(): string", "name(): symbol"),
      "other.ts": service.replace('"Person"', '"Other"').replace("name()", "then()"),
    });
    const result = await generate(options(project));

    expect(result).toMatchObject({ ok: false, written: [], stale: [], unchanged: [] });
    expect(result.contract).toBeUndefined();
    expect(result.diagnostics.map(({ code }) => code)).toEqual(["RPC1103", "RPC2001"]);
    expect(existsSync(project.path("contract.json"))).toBe(false);
  });

  test("gives the contract without writing when no file is named", async () => {
    const { tsconfig } = temporaryProject({ "person.ts": service });
    const result = await generate({ tsconfig, library });

    expect(result).toMatchObject({ ok: true, written: [] });
    expect(Object.keys(result.contract!.services)).toEqual(["Person"]);
  });
});

describe("check", () => {
  test("writes nothing and names what is absent", async () => {
    const project = temporaryProject({ "person.ts": service });
    const result = await generate({ ...options(project), check: true });

    expect(result).toMatchObject({ ok: false, written: [] });
    expect(result.stale).toEqual([project.path("generated/client.ts"), project.path("contract.json")]);
    expect(existsSync(project.path("contract.json"))).toBe(false);
  });

  test("names what a change of the source made stale", async () => {
    const project = temporaryProject({ "person.ts": service });
    await generate(options(project));
    const before = project.read("contract.json");
    project.write("person.ts", service.replace("string", "number").replace('"Joe"', "1"));

    const result = await generate({ ...options(project), check: true });
    expect(result.stale).toHaveLength(2);
    expect(project.read("contract.json")).toBe(before);
  });
});

describe("hashes", () => {
  test("do not change with the docs", async () => {
    const { tsconfig } = temporaryProject({ "person.ts": service });
    const other = temporaryProject({ "person.ts": service.replace("Says it.", "Tells it.\n * @deprecated") });
    const [first, second] = [
      await generate({ tsconfig, library }),
      await generate({ tsconfig: other.tsconfig, library }),
    ];

    expect(second.contract!.services["Person"]!.members["name"]!.doc).toBe("Tells it.");
    expect(second.contract!.hash).toBe(first.contract!.hash);
    expect(second.contract!.services["Person"]!.hash).toBe(first.contract!.services["Person"]!.hash);
  });

  test("of a service change with the types it reaches, and with no others", async () => {
    const both = (trade: string) => ({
      "trade.ts": `export interface Trade { ${trade} }\nexport interface Leg { trade: Trade | null }\n`,
      "desk.ts": `import { expose, service } from "@rpc/core";
import type { Leg } from "./trade.js";
@service("Desk") export class Desk { @expose() legs(): Leg[] { return []; } }
@service("Clock") export class Clock { @expose() now(): Date { return new Date(0); } }
`,
    });
    const hashes = async (trade: string) => {
      const { contract } = await generate({ tsconfig: temporaryProject(both(trade)).tsconfig, library });
      return {
        desk: contract!.services["Desk"]!.hash,
        clock: contract!.services["Clock"]!.hash,
        all: contract!.hash,
      };
    };
    const [before, after] = [await hashes("price: number"), await hashes("price: bigint")];

    expect(after.desk).not.toBe(before.desk);
    expect(after.all).not.toBe(before.all);
    expect(after.clock).toBe(before.clock);
  });
});

describe("a project that cannot be read", () => {
  test.each([
    ["is told by path when it is not there", undefined, "no tsconfig at"],
    ["is told with its place when it is no JSON", '{ "files": [ }', "tsconfig.json:1:14 - error RPC1000"],
    ["is told when it names no files", '{ "files": [] }', "The 'files' list in config file"],
    [
      "is told when what it extends is not there",
      '{ "extends": "./gone.json", "files": ["person.ts"] }',
      "gone.json",
    ],
  ])("%s", async (_title, text, message) => {
    const project = temporaryProject({ "person.ts": service });
    if (text !== undefined) project.write("tsconfig.json", text);
    const tsconfig = text === undefined ? project.path("gone.json") : project.tsconfig;
    const { ok, diagnostics } = await generate({ tsconfig, library });

    expect(ok).toBe(false);
    expect(diagnostics.map(({ code }) => code)).toEqual(["RPC1000"]);
    expect(format(diagnostics, { root: project.root })).toContain(message);
  });

  test("is not one whose compiler options are odd", async () => {
    const project = temporaryProject({ "person.ts": service });
    const { compilerOptions, files } = JSON.parse(project.read("tsconfig.json"));
    const odd = { ...compilerOptions, neverHeardOf: true, noLib: false, strict: false, noEmitOnError: "yes" };
    project.write("tsconfig.json", JSON.stringify({ compilerOptions: odd, files }));

    expect(await generate({ tsconfig: project.tsconfig, library })).toMatchObject({
      ok: true,
      diagnostics: [],
    });
  });
});
