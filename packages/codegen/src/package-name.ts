import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Name in the nearest `package.json` at or above a folder; undefined when none has one. */
export function packageName(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const name = nameIn(join(at, "package.json"));
    if (name !== undefined || dirname(at) === at) return name;
  }
}

function nameIn(path: string): string | undefined {
  try {
    const { name }: { name?: unknown } = JSON.parse(readFileSync(path, "utf8"));
    return typeof name === "string" ? name : undefined;
  } catch {
    // No such file, or one that is not ours to complain about: a build tool's stub, say. Look further up.
    return undefined;
  }
}
