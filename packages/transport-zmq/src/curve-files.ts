import { type FileHandle, open } from "node:fs/promises";
import { RpcError } from "@rpc/core/transport";
import { curveRefusal } from "./curve-options.js";
import { isCurveKey } from "./z85.js";

/** Keys that one file may hold. 100,000: 4 MB, and far more desks than one server has. */
const maxKeys = 100_000;

/** Reads a secret key. Rejects `RpcError` `invalid_argument` when others can read it, or when it is none. */
export async function readSecretKey(path: string): Promise<string> {
  const text = (await read(path, (file) => checkPrivate(path, file))).trim();
  if (isCurveKey(text)) return text;
  throw curveRefusal(`${path} holds no CURVE key; expected 40 characters of Z85 and nothing else`);
}

/** Reads a list of public keys. Rejects `RpcError` `invalid_argument` for a line that is none. */
export async function readAllowedKeys(path: string): Promise<readonly string[]> {
  const keys: string[] = [];
  const lines = (await read(path)).split("\n");
  for (const [index, line] of lines.entries()) {
    const [word = ""] = line.trim().split(/\s+/, 1);
    // A key may begin with # too: it is Z85.
    if (isCurveKey(word)) keys.push(word);
    else if (word !== "" && !word.startsWith("#")) {
      throw curveRefusal(`line ${index + 1} of ${path} holds no CURVE key; expected 40 characters of Z85`);
    }
    if (keys.length > maxKeys) throw curveRefusal(`${path} holds more than ${maxKeys} keys`);
  }
  return keys;
}

async function read(path: string, check?: (file: FileHandle) => Promise<void>): Promise<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    // On the open file, so that what is checked is what is read.
    await check?.(file);
    return await file.readFile("utf8");
  } catch (reason) {
    if (RpcError.is(reason)) throw reason;
    throw curveRefusal(`cannot read ${path}: ${(reason as Error).message}`, reason);
  } finally {
    await file?.close();
  }
}

// The group may read a key that belongs to somebody else, as root hands keys to a service. Windows has no modes.
async function checkPrivate(path: string, file: FileHandle): Promise<void> {
  if (process.platform === "win32") return;
  const { mode, uid } = await file.stat();
  const forbidden = uid === process.getuid?.() ? 0o077 : 0o027;
  if ((mode & forbidden) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  throw curveRefusal(`secret key ${path} has mode ${octal}, so others can use it; run chmod 600 ${path}`);
}
