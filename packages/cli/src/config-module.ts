import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { transpile } from "@rpc/codegen";
import { UsageError } from "./exit-codes.js";

/** A configuration that is a module. */
export interface ConfigModule {
  readonly folder: string;
  readonly file: string;
  readonly text: string;
  /** Folder that keeps the JavaScript of it, so that the compiler is needed only after a change. */
  readonly cache: string | undefined;
}

/** Runs a TypeScript configuration and gives what it exports as default. */
export async function importConfig({ folder, file, text, cache }: ConfigModule): Promise<unknown> {
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
  // Beside the original, or what it imports would not be found; with a name of its own, or Node would give an old one.
  const module = join(folder, `.${file}.${digest}.${process.pid}.mjs`);
  try {
    writeFileSync(
      module,
      await javascriptOf(join(folder, file), text, cache && join(cache, `${digest}.mjs`)),
    );
    const loaded = (await import(/* @vite-ignore */ pathToFileURL(module).href)) as { default?: unknown };
    if (loaded.default !== undefined) return loaded.default;
  } catch (error) {
    throw new UsageError(`${file} cannot be run: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    rmSync(module, { force: true });
  }
  throw new UsageError(`${file} exports nothing as default; write: export default defineConfig({ … })`);
}

async function javascriptOf(path: string, text: string, kept: string | undefined): Promise<string> {
  const known = kept && readKept(kept);
  if (known !== undefined && known !== "") return known;
  const javascript = await transpile(path, text);
  if (kept !== undefined) {
    mkdirSync(join(kept, ".."), { recursive: true });
    writeFileSync(kept, javascript);
  }
  return javascript;
}

function readKept(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not made yet.
    return undefined;
  }
}
