import { mkdirSync, mkdtempSync, rmSync, watch as watchFolder, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FolderWatch } from "../src/folder-watch.js";

let folder: string;
let watched: FolderWatch;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rpc-watch-"));
  writeFileSync(join(folder, "a.ts"), "");
  watched = new FolderWatch();
  const inputs = [join(folder, "a.ts"), join(folder, "data.json")];
  watched.watch({ inputs, folders: [folder], written: [join(folder, "client.ts")], unchanged: [] }, Infinity);
});

afterEach(() => {
  watched.close();
  rmSync(folder, { recursive: true });
});

/** Does something in the folder, and tells whether it counts as a change once the system has told of it. */
async function counts(file: string, act: (path: string) => void): Promise<boolean> {
  const told = new Promise<void>((resolve) => {
    const watcher = watchFolder(folder, (_, name) => {
      if (name !== file) return;
      watcher.close();
      // Who watched before hears of it in the same turn.
      setImmediate(resolve);
    });
  });
  act(join(folder, file));
  await told;
  return watched.isDirty;
}

test.each(["a.ts", "new.mts", "data.json"])("%s counts as a change", async (file) => {
  expect(await counts(file, (path) => writeFileSync(path, "export {};"))).toBe(true);
});

test("a folder counts, whatever it is called", async () => {
  expect(await counts("v1.2", (path) => mkdirSync(path))).toBe(true);
});

test.each(["run.log", "client.ts", ".swap.ts"])(
  "%s does not, or a log would make it run for ever",
  async (file) => {
    expect(await counts(file, (path) => writeFileSync(path, "x"))).toBe(false);
  },
);
