import { readKeyFile, readNamedFile } from "@rpc/transport-tcp/sockets";
import { curveRefusal } from "./curve-options.js";
import { isCurveKey } from "./z85.js";

/** Keys that one file may hold. 100,000: 4 MB, and far more desks than one server has. */
const maxKeys = 100_000;

/** Reads a secret key. Rejects `RpcError` `invalid_argument` when others can read it, or when it is none. */
export async function readSecretKey(path: string): Promise<string> {
  const text = (await readKeyFile(path, "secret key")).toString().trim();
  if (isCurveKey(text)) return text;
  throw curveRefusal(`${path} holds no CURVE key; expected 40 characters of Z85 and nothing else`);
}

/** Reads a list of public keys. Rejects `RpcError` `invalid_argument` for a line that is none. */
export async function readAllowedKeys(path: string): Promise<readonly string[]> {
  const keys: string[] = [];
  const lines = (await readNamedFile(path)).toString().split("\n");
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
