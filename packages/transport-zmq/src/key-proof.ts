import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { OwnKey } from "./curve-keys.js";
import { decodeKey, encodeKey, isCurveKey } from "./z85.js";

/**
 * Routing ids that prove whose connection it is.
 *
 * libzmq knows which CURVE key a message came from, and zeromq.js does not tell. So a connecting side takes as its
 * routing id its public key, a random part, and a MAC over both under the secret that its key and the server's agree on.
 * Nobody else can make one, and nobody else sees one: routing ids travel encrypted.
 */
const head = "rpc1:";
const label = "@rpc/transport-zmq routing id 1";
const noncePlace = head.length + 40;
const macPlace = noncePlace + 32;
const idLength = macPlace + 64;

/** Makes a routing id for one connection to the server with `serverKey`. */
export function createProof(own: OwnKey, serverKey: string): string {
  const nonce = randomBytes(16).toString("hex");
  const mac = computeMac(own.agreeWith(serverKey), own.publicKey, serverKey, nonce);
  return `${head}${own.publicKey}${nonce}${mac.toString("hex")}`;
}

/** Returns the public key that a routing id proves, for the server with the key `own`; nothing for any other id. */
export function readProof(route: Buffer, own: OwnKey): string | undefined {
  if (route.length !== idLength) return undefined;
  const id = route.toString("latin1");
  const publicKey = id.slice(head.length, noncePlace);
  if (!id.startsWith(head) || !isCurveKey(publicKey)) return undefined;
  const given = Buffer.from(id.slice(macPlace), "hex");
  const mac = expectedMac(own, publicKey, id.slice(noncePlace, macPlace));
  if (mac === undefined || given.length !== mac.length || !timingSafeEqual(given, mac)) return undefined;
  return encodeKey(decodeKey(publicKey));
}

function expectedMac(own: OwnKey, publicKey: string, nonce: string): Buffer | undefined {
  try {
    return computeMac(own.agreeWith(publicKey), publicKey, own.publicKey, nonce);
  } catch {
    // A key of low order agrees on nothing.
    return undefined;
  }
}

function computeMac(secret: Buffer, client: string, server: string, nonce: string): Buffer {
  return createHmac("sha256", secret).update(`${label}\n${client}\n${server}\n${nonce}`).digest();
}
