import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, { node: string; default: string } | string>;
};
const entries = Object.entries(exports).flatMap(([name, paths]) =>
  typeof paths === "string" ? [] : [{ name: `@rpc/core${name.slice(1)}`, paths }],
);

// In Node itself: what it resolves and loads is the subject.
function inNode(program: string): unknown {
  const args = ["--input-type=module", "--eval", `console.log(JSON.stringify(await (${program})()))`];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" }));
}

describe.skipIf(!existsSync(join(root, "dist/node")) && process.env["CI"] === undefined)(
  "what Node loads",
  () => {
    it.each(entries)("$name has the same exports joined and as single files", ({ name, paths }) => {
      const keys = inNode(`async () => {
      const keys = async (path) => Object.keys(await import(path));
      return { node: await keys("${name}"), joined: await keys("${paths.node}"), single: await keys("${paths.default}") };
    }`) as Record<string, string[]>;
      expect(keys["node"]).toEqual(keys["single"]);
      expect(keys["joined"]).toEqual(keys["single"]);
    });

    it("is one copy, whichever entries are loaded", () => {
      const same = inNode(`async () => {
      const [core, browser, kit] = await Promise.all(["", "/browser", "/testing"].map((entry) => import("@rpc/core" + entry)));
      return [core.RpcError === browser.RpcError, core.Client === browser.Client, typeof kit];
    }`);
      expect(same).toEqual([true, true, "object"]);
    });

    it("is a few files", () => {
      const files = new Set([join(root, "dist/node/index.js")]);
      for (const file of files)
        for (const [, path] of readFileSync(file, "utf8").matchAll(/^(?:import|\} from) "(\.[^"]+)"/gm))
          files.add(join(file, "..", path!));
      expect(files.size).toBeGreaterThan(1);
      expect(files.size).toBeLessThan(15);
    });
  },
);
