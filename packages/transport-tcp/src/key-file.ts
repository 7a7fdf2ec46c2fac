import { type FileHandle, open } from "node:fs/promises";
import { RpcError } from "@rpc/core/transport";

/** Reads a file that an option names. Rejects `RpcError` `invalid_argument` when it cannot be read. */
export function readNamedFile(path: string): Promise<Buffer> {
  return read(path, async () => {});
}

/**
 * Reads a file that holds a secret; `what` is the word for it in the error.
 *
 * Rejects `RpcError` `invalid_argument` when it cannot be read, or when others can read it.
 */
export function readKeyFile(path: string, what: "private key" | "secret key"): Promise<Buffer> {
  return read(path, (file) => checkPrivate(path, what, file));
}

async function read(path: string, check: (file: FileHandle) => Promise<void>): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    // On the open file, so that what is checked is what is read.
    await check(file);
    return await file.readFile();
  } catch (reason) {
    if (RpcError.is(reason)) throw reason;
    throw refusal(`cannot read ${path}: ${(reason as Error).message}`, reason);
  } finally {
    await file?.close();
  }
}

// The group may read a key that belongs to somebody else, as root hands keys to a service. Windows has no modes.
async function checkPrivate(path: string, what: string, file: FileHandle): Promise<void> {
  if (process.platform === "win32") return;
  const { mode, uid } = await file.stat();
  const forbidden = uid === process.getuid?.() ? 0o077 : 0o027;
  if ((mode & forbidden) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  throw refusal(`${what} ${path} has mode ${octal}, so others can use it; run chmod 600 ${path}`);
}

function refusal(message: string, cause?: unknown): RpcError {
  return new RpcError("invalid_argument", message, { outcome: "not-executed", cause });
}
