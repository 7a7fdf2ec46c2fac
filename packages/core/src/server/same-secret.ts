import { sha256 } from "../sha256.js";
import { equalBytes } from "./equal-bytes.js";

const utf8 = new TextEncoder();

/**
 * Whether what somebody showed is the secret, for `authenticate`: `sameSecret(credentials, process.env.DESK_TOKEN)`.
 *
 * Their digests are compared, all bytes of them, so the time it takes tells a guesser nothing. What is neither a string
 * nor bytes is not the secret.
 *
 * @throws TypeError when there is no secret to compare with: a variable that is not set must not let anybody in.
 */
export function sameSecret(shown: unknown, secret: string | Uint8Array | undefined): boolean {
  if (secret === undefined || secret.length === 0)
    throw new TypeError("sameSecret: the secret to compare with is empty; is its variable set?");
  const bytes = toBytes(shown);
  return bytes !== undefined && equalBytes(sha256(bytes), sha256(toBytes(secret)!));
}

function toBytes(value: unknown): Uint8Array | undefined {
  if (typeof value === "string") return utf8.encode(value);
  return value instanceof Uint8Array ? value : undefined;
}
