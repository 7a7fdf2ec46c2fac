import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generatedBy } from "./print/head.js";

/** Files of a folder that an earlier run wrote and this one does not: their services are gone. Others' files are left alone. */
export function findStale(folder: string, files: ReadonlyMap<string, string>): string[] {
  return namesIn(folder)
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith(".ts") && !files.has(path) && isOurs(path))
    .sort();
}

function isOurs(path: string): boolean {
  return readFileSync(path, "utf8").startsWith(generatedBy);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
