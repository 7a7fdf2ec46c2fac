import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Name in the nearest `package.json` at or above a folder; undefined when none has one. */
export function packageName(folder: string): string | undefined {
  return new PackageNames().at(folder);
}

/** Names of the packages that folders belong to; each folder is looked at once. */
export class PackageNames {
  readonly #names = new Map<string, string | undefined>();

  /** Name in the nearest `package.json` at or above a folder; undefined when none has one. */
  at(folder: string): string | undefined {
    if (this.#names.has(folder)) return this.#names.get(folder);
    const above = dirname(folder);
    const name = nameIn(join(folder, "package.json")) ?? (above === folder ? undefined : this.at(above));
    this.#names.set(folder, name);
    return name;
  }
}

function nameIn(path: string): string | undefined {
  // Most folders have none, and an error costs more than the question.
  if (!existsSync(path)) return undefined;
  try {
    const { name }: { name?: unknown } = JSON.parse(readFileSync(path, "utf8"));
    return typeof name === "string" ? name : undefined;
  } catch {
    // One that is not ours to complain about: a build tool's stub, say. Look further up.
    return undefined;
  }
}
