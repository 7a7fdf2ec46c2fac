import { readSecretKey } from "./curve-files.js";
import { OwnKey } from "./curve-keys.js";
import { type CurveOptions, curveRefusal } from "./curve-options.js";
import { createProof } from "./key-proof.js";

/** What the socket of a connecting side is made with. */
export interface CurveConnecting {
  readonly curveServerKey: string;
  readonly curvePublicKey: string;
  readonly curveSecretKey: string;
  readonly routingId: string;
}

/** Reads the keys for one connection. Rejects `RpcError` `invalid_argument` for keys that are of no use. */
export async function prepareCurve(options: CurveOptions): Promise<CurveConnecting> {
  const { secretKey, secretKeyFile, serverKey } = options;
  if (serverKey === undefined)
    throw curveRefusal("to connect with CURVE, give the server's public key: curve.serverKey");
  const own = new OwnKey(secretKey ?? (await readSecretKey(secretKeyFile!)));
  return {
    curveServerKey: serverKey,
    curvePublicKey: own.publicKey,
    curveSecretKey: own.secretKey,
    routingId: createProof(own, serverKey),
  };
}
