import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";

const core = fileURLToPath(new URL("..", import.meta.url));

let metafile: Metafile;

beforeAll(async () => {
  const result = await build({
    absWorkingDir: core,
    entryPoints: ["dist/browser.js"],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  expect(result.warnings).toEqual([]);
  metafile = result.metafile;
});

// What pages weigh, and that they run, is tried with a transport: transport-ws/test/page.test.ts.
describe("the entry for browsers", () => {
  it("needs nothing that a browser does not have", () => {
    const [output] = Object.values(metafile.outputs);
    expect(output?.imports).toEqual([]);
    expect(
      Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ external }) => external)),
    ).toEqual([]);
  });

  it("brings neither reflect-metadata nor msgpackr nor anything that serves", () => {
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.filter((path) => /reflect-metadata|msgpackr/.test(path))).toEqual([]);
    expect(inputs.filter((path) => /dist\/(server|testing|transports)\//.test(path))).toEqual([]);
    expect(inputs.filter((path) => /service\/(marks|expose|registry)/.test(path))).toEqual([]);
  });
});
