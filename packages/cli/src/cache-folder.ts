import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where a project keeps what can be made again: in the nearest `node_modules`; undefined when there is none. */
export function cacheFolder(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const modules = join(folder, "node_modules");
    if (existsSync(modules)) return join(modules, ".cache", "rpc");
    if (dirname(folder) === folder) return undefined;
  }
}
