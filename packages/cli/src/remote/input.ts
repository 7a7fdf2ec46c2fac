import { createReadStream } from "node:fs";
import { UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";

/** Longest line that is read. */
const maxLineLength = 16 * 1024 * 1024;

/** All that is piped in. Throws `UsageError` when it is more than `maxBytes`. */
export async function readInput({ input }: Terminal, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of input ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new UsageError(`- : the input is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Lines of a file, or of what is piped in when `path` is undefined, read as they are asked for. */
export async function* readLines(path: string | undefined, { input }: Terminal): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of path === undefined ? (input ?? []) : createReadStream(path)) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
      rest = lines.pop()!;
      if (rest.length > maxLineLength)
        throw new UsageError(`a line is longer than ${maxLineLength} characters`);
      yield* lines;
    }
  } catch (error) {
    if (path === undefined || (error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
