import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const dist = new URL("../dist/", import.meta.url);

it("shows a compiler little of core where a generated client imports it", () => {
  const seen = declarationsBehind("generated.d.ts");
  expect(seen.filter((path) => /^(session|server|callback)\//.test(path))).toEqual([]);
  expect(seen.length).toBeLessThan(35);
});

/** The declarations that a compiler reads for one, by path in `dist`. */
function declarationsBehind(entry: string): string[] {
  const seen = new Set([entry]);
  for (const path of seen) {
    const text = readFileSync(new URL(path, dist), "utf8");
    for (const [, imported] of text.matchAll(/from "(\.[^"]+)\.js"|import\("(\.[^"]+)\.js"\)/g))
      seen.add(new URL(`${imported}.d.ts`, new URL(path, dist)).href.slice(dist.href.length));
  }
  return [...seen];
}
