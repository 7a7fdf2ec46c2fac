import { existsSync, type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { dirname, join } from "node:path";

/** What a run read and wrote. */
export interface Watched {
  readonly inputs: readonly string[];
  readonly folders: readonly string[];
  readonly written: readonly string[];
  readonly unchanged: readonly string[];
}

// Editors save in several steps: the text, then its name, then its time.
const quietMs = 50;

/** Hears of changes in the folders that a run depended on; of those it wrote itself it does not. */
export class FolderWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  #own = new Set<string>();
  #inputs = new Set<string>();
  #dirty = false;
  #wake = () => {};

  /** Folders that are watched. */
  get size(): number {
    return this.#watchers.size;
  }

  /** Whether something has changed that is not known yet. */
  get isDirty(): boolean {
    return this.#dirty;
  }

  /** Changes up to now are known. */
  forget(): void {
    this.#dirty = false;
  }

  /**
   * Watches what a run depended on, and nothing that only an earlier one did.
   *
   * What was saved since the run began, `since`, counts as changed: its folder may not have been watched then.
   */
  watch({ inputs, folders, written, unchanged }: Watched, since: number): void {
    this.#own = new Set([...written, ...unchanged]);
    this.#inputs = new Set(inputs.map(slashed));
    const near = inputs.filter((path) => !path.includes("/node_modules/")).map(dirname);
    const wanted = new Set(
      [...near, ...folders.flatMap(withSubfolders)].filter((folder) => existsSync(folder)),
    );
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of wanted) if (!this.#watchers.has(folder)) this.#add(folder);
    if (inputs.some((path) => !this.#own.has(path) && savedAt(path) >= since)) this.#dirty = true;
  }

  /** Resolves when something has changed and then stayed as it is for a moment, or when the signal aborts. */
  async changed(signal: AbortSignal | undefined): Promise<void> {
    if (!this.#dirty) await this.#next(signal);
    while (this.#dirty && !signal?.aborted) {
      this.#dirty = false;
      await new Promise((resolve) => setTimeout(resolve, quietMs));
    }
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #next(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        signal?.removeEventListener("abort", done);
        this.#wake = () => {};
        resolve();
      };
      signal?.addEventListener("abort", done);
      this.#wake = done;
    });
  }

  // A log in the same folder does not: what a run prints may be going there, and would make another run for ever.
  #matters(name: string, path: string): boolean {
    if (name.startsWith(".") || this.#own.has(path)) return false;
    if (this.#inputs.has(slashed(path)) || /\.[cm]?[jt]sx?$/.test(name)) return true;
    // A folder, also one that is gone: sources may be in it.
    return !name.includes(".") || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  }

  #add(folder: string): void {
    const watcher = watch(folder, (_, name) => {
      if (name !== null && !this.#matters(name, join(folder, name))) return;
      this.#dirty = true;
      this.#wake();
    });
    // A folder that is taken away; its parent tells of that.
    watcher.on("error", () => watcher.close());
    this.#watchers.set(folder, watcher);
  }
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}

function savedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function withSubfolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const inner = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."),
  );
  return [folder, ...inner.flatMap(({ name }) => withSubfolders(join(folder, name)))];
}
