import type { ConnectionOptions, TlsOptions as ServerOptions } from "node:tls";
import { RpcError } from "@rpc/core/transport";
import { readCertificateFiles } from "./certificate-files.js";

/** Options of `node:tls` that are taken as they are. */
const nodeNames = [
  "ca",
  "cert",
  "checkServerIdentity",
  "ciphers",
  "crl",
  "dhparam",
  "ecdhCurve",
  "handshakeTimeout",
  "honorCipherOrder",
  "key",
  "maxVersion",
  "minVersion",
  "passphrase",
  "pfx",
  "rejectUnauthorized",
  "requestCert",
  "servername",
  "sigalgs",
  "SNICallback",
] as const;

const fileNames = ["caFile", "certFile", "keyFile"] as const;
const versions = ["TLSv1.2", "TLSv1.3"];

/** Options of `node:tls` for both sides, as `node:tls` reads them. */
export type NodeTlsOptions = Pick<ServerOptions & ConnectionOptions, (typeof nodeNames)[number]>;

/** Paths of PEM files. They are read for every connect and listen, and when the transport is told to `reload`. */
export interface CertificateFiles {
  /** Own private key. Refused when others can read it. */
  readonly keyFile?: string;
  /** Own certificate, followed by what leads to its authority. */
  readonly certFile?: string;
  /** Authorities that the peer's certificate may come from. Default: those that Node comes with. */
  readonly caFile?: string;
}

/**
 * Options for `tls://`: those of `node:tls` that make sense on a socket, and paths of PEM files.
 *
 * To listen takes a key and a certificate. With `requestCert` a listener lets in only peers with a certificate of `ca`.
 * TLS 1.3 is spoken; `minVersion: "TLSv1.2"` lets older peers in, and nothing older can be. A handshake may take
 * `handshakeTimeout` milliseconds, 5,000 by default.
 */
export type TlsOptions = NodeTlsOptions & CertificateFiles;

/** Returns `options` when they fit together. Throws `TypeError` when not, so that it shows at start. */
export function checkTlsOptions(options: TlsOptions): TlsOptions {
  const known: readonly string[] = [...nodeNames, ...fileNames];
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw new TypeError(`unknown option tls.${name}; known are ${known.join(", ")}`);
  }
  for (const name of ["key", "cert", "ca"] as const) {
    if (options[name] !== undefined && options[`${name}File`] !== undefined) {
      throw new TypeError(`tls.${name} and tls.${name}File are both given; expected one of them`);
    }
  }
  for (const name of ["minVersion", "maxVersion"] as const) {
    const version = options[name];
    if (version !== undefined && !versions.includes(version)) {
      throw new TypeError(`tls.${name} must be ${versions.join(" or ")}, got ${version}`);
    }
  }
  if (options.requestCert && !hasAuthority(options)) {
    throw new TypeError(
      "tls.requestCert needs tls.ca or tls.caFile; without it everyone with a certificate of any public authority gets in",
    );
  }
  return options;
}

/** Tells whether a listener with these options lets in only peers that prove who they are. */
export function provesPeers(options: TlsOptions): boolean {
  return options.requestCert === true && options.rejectUnauthorized !== false && hasAuthority(options);
}

/** Tells whether there is a key and a certificate to listen with. */
export function hasCertificate(options: TlsOptions): boolean {
  if (options.pfx !== undefined) return true;
  const key = options.key ?? options.keyFile;
  const cert = options.cert ?? options.certFile;
  return key !== undefined && cert !== undefined;
}

/** Returns the options as `node:tls` takes them, with the files read. Rejects `RpcError` `invalid_argument`. */
export async function loadTlsOptions(options: TlsOptions): Promise<NodeTlsOptions> {
  const { keyFile, certFile, caFile, ...given } = options;
  return {
    minVersion: options.maxVersion ?? "TLSv1.3",
    handshakeTimeout: 5_000,
    ...given,
    ...(await readCertificateFiles({ keyFile, certFile, caFile })),
  };
}

/** Returns the error for options that `node:tls` refused: a key that is none, a key and a certificate that differ. */
export function tlsRefusal(reason: unknown): RpcError {
  const words = reason instanceof Error ? reason.message : String(reason);
  return new RpcError("invalid_argument", `tls options refused: ${words}`, {
    outcome: "not-executed",
    cause: reason,
  });
}

function hasAuthority(options: TlsOptions): boolean {
  return (options.ca ?? options.caFile ?? options.pfx) !== undefined;
}
