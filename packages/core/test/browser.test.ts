import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";

/** Minified and compressed. The aim is 20 KB. */
const budgetBytes = 24 * 1024;
/**
 * It must not grow above this. A third of what it is is wire/ (every frame, scanned, read and written by hand), a third
 * client/, the rest sessions; 4 KB of all are streams, callbacks and one-way calls.
 */
const ceilingBytes = 38 * 1024;

const core = fileURLToPath(new URL("..", import.meta.url));

let metafile: Metafile;
let code: Uint8Array;

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
  code = result.outputFiles[0]!.contents;
});

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

  it(`stays below ${ceilingBytes / 1024} KB, minified and compressed`, () => {
    console.log(
      `browser entry: ${compressed()} bytes min+gzip, ${code.length} minified; budget ${budgetBytes}`,
    );
    expect(compressed()).toBeLessThanOrEqual(ceilingBytes);
  });

  // It does not yet. When this turns red it does: then the budget becomes the ceiling.
  it.fails(`keeps its budget of ${budgetBytes / 1024} KB`, () => {
    expect(compressed()).toBeLessThanOrEqual(budgetBytes);
  });
});

function compressed(): number {
  return gzipSync(code, { level: 9 }).length;
}
