import { X509Certificate } from "node:crypto";
import { RpcError } from "@rpc/core/transport";
import { readKeyFile, readNamedFile } from "./key-file.js";

/** What was read; a file that was not named is absent. */
export interface Certificates {
  key?: Buffer;
  cert?: Buffer;
  ca?: Buffer;
}

/** Paths of PEM files, each may be missing. */
interface Paths {
  readonly keyFile: string | undefined;
  readonly certFile: string | undefined;
  readonly caFile: string | undefined;
}

/**
 * Reads the files of `paths`.
 *
 * Rejects `RpcError` `invalid_argument` for a file that cannot be read, for a private key that others can read, and for a
 * certificate file that holds none or a damaged one.
 */
export async function readCertificateFiles(paths: Paths): Promise<Certificates> {
  const read: Certificates = {};
  if (paths.keyFile !== undefined) read.key = await readKeyFile(paths.keyFile, "private key");
  if (paths.certFile !== undefined) read.cert = await readCertificates(paths.certFile);
  if (paths.caFile !== undefined) read.ca = await readCertificates(paths.caFile);
  return read;
}

const beginning = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/g;
const block = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]*-----END \1-----/g;

// Node takes an authority file without a whole certificate as one that trusts nobody, and says nothing.
async function readCertificates(path: string): Promise<Buffer> {
  const content = await readNamedFile(path);
  const text = content.toString("latin1");
  const begun = text.match(beginning)?.length ?? 0;
  if (begun === 0) throw refusal(`${path} holds no certificate; expected PEM with BEGIN CERTIFICATE`);
  const whole = text.match(block) ?? [];
  if (whole.length < begun)
    throw refusal(`${path} breaks off: ${begun} certificates begin, ${whole.length} end`);
  for (const [index, pem] of whole.entries()) {
    try {
      new X509Certificate(pem);
    } catch (reason) {
      throw refusal(`certificate ${index + 1} of ${path} is damaged: ${(reason as Error).message}`, reason);
    }
  }
  return content;
}

function refusal(message: string, cause?: unknown): RpcError {
  return new RpcError("invalid_argument", message, { outcome: "not-executed", cause });
}
