import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** What became of the files of a run, each by its path. */
export interface Written {
  /** Were absent or different, and are as they should be now. */
  readonly written: readonly string[];
  /** Are absent or different, and were left so: only with `check`. */
  readonly stale: readonly string[];
  /** Were written for services that are gone, and are gone now too. */
  readonly removed: readonly string[];
  /** Were as they should be. */
  readonly unchanged: readonly string[];
}

/** Writes files whose text differs, making folders as needed, and removes those in `gone`. With `check` it only looks. */
export function write(
  files: ReadonlyMap<string, string>,
  gone: readonly string[],
  { check }: { readonly check: boolean },
): Written {
  const paths = [...files.keys()];
  const differing = paths.filter((path) => textOf(path) !== files.get(path));
  const unchanged = paths.filter((path) => !differing.includes(path));
  if (check) return { written: [], stale: [...differing, ...gone], removed: [], unchanged };
  for (const path of differing) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, files.get(path)!);
  }
  for (const path of gone) rmSync(path);
  return { written: differing, stale: [], removed: gone, unchanged };
}

// A checkout may have turned line ends; that is no difference.
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").replaceAll("\r\n", "\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
