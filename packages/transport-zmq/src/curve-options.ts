import { RpcError } from "@rpc/core/transport";
import { isCurveKey } from "./z85.js";

/** What `zmq({ curve })` takes: keys as ZeroMQ writes them, 40 characters, or files that hold them. */
export interface CurveOptions {
  /** Own secret key. */
  readonly secretKey?: string;
  /** Path of a file with one's own secret key and nothing else. Refused when others can read it. */
  readonly secretKeyFile?: string;
  /** The server's public key. Needed to connect. */
  readonly serverKey?: string;
  /**
   * Public keys of the clients that get in. Needed to listen, or `allowedKeysFile`. `"any"` lets everyone in who knows
   * the server's public key: then the connection is encrypted, and who it is, `authenticate` has to find out.
   */
  readonly allowedKeys?: readonly string[] | "any";
  /**
   * Path of a file with a public key on each line, whatever follows it after a space being a comment, as is a line that
   * begins with `# `. Read for every listen and when the transport is told to `reload`.
   */
  readonly allowedKeysFile?: string;
}

const names = ["secretKey", "secretKeyFile", "serverKey", "allowedKeys", "allowedKeysFile"] as const;

/** Returns `options` when they fit together. Throws `TypeError` when not; a secret key is never in the message. */
export function checkCurveOptions(options: CurveOptions): CurveOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`option curve of zmq() must be an object, got ${String(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (names.some((known) => known === name)) continue;
    throw new TypeError(`unknown option curve.${name} of zmq(); known are ${names.join(", ")}`);
  }
  for (const [one, other] of [
    ["secretKey", "secretKeyFile"],
    ["allowedKeys", "allowedKeysFile"],
  ] as const) {
    if (options[one] === undefined || options[other] === undefined) continue;
    throw new TypeError(`curve.${one} and curve.${other} are both given; expected one of them`);
  }
  if ((options.secretKey ?? options.secretKeyFile) === undefined) {
    throw new TypeError(
      "curve needs one's own key: give curve.secretKeyFile; createCurveKeys() makes a pair",
    );
  }
  checkKey("secretKey", options.secretKey);
  checkKey("serverKey", options.serverKey);
  checkAllowedKeys(options.allowedKeys);
  return options;
}

/** Tells whether a listener with these options lets in only those it knows. */
export function provesPeers({ allowedKeys, allowedKeysFile }: CurveOptions): boolean {
  return allowedKeysFile !== undefined || (allowedKeys !== undefined && allowedKeys !== "any");
}

/** Returns the error for keys and key files that are of no use. */
export function curveRefusal(message: string, cause?: unknown): RpcError {
  return new RpcError("invalid_argument", message, { outcome: "not-executed", cause });
}

function checkAllowedKeys(keys: CurveOptions["allowedKeys"]): void {
  if (keys === undefined || keys === "any") return;
  if (!Array.isArray(keys)) {
    throw new TypeError(`curve.allowedKeys must be a list of public keys or "any", got ${typeof keys}`);
  }
  for (const [index, key] of keys.entries()) checkKey(`allowedKeys[${index}]`, key);
}

function checkKey(name: string, key: unknown): void {
  if (key === undefined || (typeof key === "string" && isCurveKey(key))) return;
  const got = typeof key === "string" ? `a string of ${key.length}` : typeof key;
  throw new TypeError(`curve.${name} must be a CURVE key, 40 characters of Z85, got ${got}`);
}
