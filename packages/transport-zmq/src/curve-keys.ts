import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";
import { curveKeyPair } from "zeromq";
import { decodeKey, encodeKey } from "./z85.js";

/** A CURVE key pair, each key as 40 characters of Z85. */
export interface CurveKeys {
  /** For everyone: servers list it in `allowedKeys`, clients give it as `serverKey`. */
  readonly publicKey: string;
  /** For its owner alone. */
  readonly secretKey: string;
}

/** Makes a key pair for `zmq({ curve })`. */
export function createCurveKeys(): CurveKeys {
  const { publicKey, secretKey } = curveKeyPair();
  return { publicKey, secretKey };
}

/** One side's own CURVE key: X25519, as ZeroMQ uses it. */
export class OwnKey {
  readonly secretKey: string;
  readonly publicKey: string;
  readonly #key: KeyObject;

  /** `secretKey` is a key that was checked. */
  constructor(secretKey: string) {
    this.secretKey = secretKey;
    this.#key = createPrivateKey({
      key: Buffer.concat([privateHead, decodeKey(secretKey)]),
      format: "der",
      type: "pkcs8",
    });
    this.publicKey = encodeKey(
      createPublicKey(this.#key).export({ format: "der", type: "spki" }).subarray(publicHead.length),
    );
  }

  /** Returns the secret that only the owners of this key and of `publicKey` can know. Throws for a key of low order. */
  agreeWith(publicKey: string): Buffer {
    const other = createPublicKey({
      key: Buffer.concat([publicHead, decodeKey(publicKey)]),
      format: "der",
      type: "spki",
    });
    return diffieHellman({ privateKey: this.#key, publicKey: other });
  }
}

// What stands before the 32 bytes of an X25519 key in PKCS #8 and in SPKI (RFC 8410).
const privateHead = Buffer.from("302e020100300506032b656e04220420", "hex");
const publicHead = Buffer.from("302a300506032b656e032100", "hex");
