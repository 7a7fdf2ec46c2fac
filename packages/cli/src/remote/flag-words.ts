/**
 * A message of a transport in the words of this command: what to mend has another name here than in a program.
 *
 * Not for what a server says: that stays as it is.
 */
export function inFlags(message: string): string {
  return words.reduce((text, [option, flag]) => text.replaceAll(option, flag), message);
}

/** Whether a refusal is of a certificate or key, and not of what `--credentials-file` holds. */
export function isOfKeys(message: string): boolean {
  return /\bcertificate\b|\bCURVE\b/.test(message);
}

const words = [
  [
    "pass authenticate, use a transport that checks its peers (tls:// with client certificates, zmq:// with CURVE and allowedKeys), listen on 127.0.0.1, or write insecure: true",
    "give --ca for client certificates at tls://, or --curve-allowed for keys at zmq://, listen on 127.0.0.1, or add --insecure",
  ],
  ["give ws({ tls: { keyFile, certFile } })", "give --cert and --cert-key"],
  ["give tcp({ tls: { keyFile, certFile } })", "give --cert and --cert-key"],
  ["(tls.keyFile, tls.certFile)", "(--cert, --cert-key)"],
  ["tls.caFile", "--ca"],
  ["tls.certFile", "--cert"],
  ["tls.keyFile", "--cert-key"],
  ["give zmq({ curve })", "give --curve-server"],
  ["curve.serverKey", "--curve-server"],
  ["curve.secretKeyFile", "--curve-key"],
  ["this side's CURVE key;", "this side's CURVE key (--curve-key);"],
] as const;
