import { type FileHandle, open } from "node:fs/promises";

/** Most that waits for the disk, in characters: above it `put` waits. */
const fullAt = 64 * 1024;

/**
 * A file that takes lines as they come. What was put is handed to the system at once, so that no end of this process
 * loses it; what comes while a write is under way goes with the next.
 */
export class RecordingFile {
  readonly #handle: FileHandle;
  #waiting = "";
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Opens a file that must not be there yet, or with `overwrite` loses what is in it. Rejects as `node:fs` does. */
  static async create(path: string, overwrite: boolean): Promise<RecordingFile> {
    return new RecordingFile(await open(path, overwrite ? "w" : "wx"));
  }

  /** Takes a line; resolves when there is room for the next. Rejects when this or an earlier one could not be written. */
  async put(line: unknown): Promise<void> {
    this.#waiting += `${JSON.stringify(line)}\n`;
    this.#writing ??= this.#write();
    if (this.#waiting.length >= fullAt) await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves when everything is written and the file is closed. Rejects when something could not be written. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.close();
    if (this.#failure !== undefined) throw this.#failure;
  }

  // Never rejects: who puts the next line hears of it.
  async #write(): Promise<void> {
    try {
      while (this.#waiting !== "" && this.#failure === undefined) {
        const text = this.#waiting;
        this.#waiting = "";
        await this.#handle.appendFile(text);
      }
    } catch (error) {
      this.#failure = error as Error;
    } finally {
      this.#writing = undefined;
    }
  }
}
