import { X509Certificate } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { RpcError } from "@rpc/core/transport";

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
  if (paths.keyFile !== undefined) read.key = await readFile(paths.keyFile, checkPrivate);
  if (paths.certFile !== undefined) read.cert = await readCertificates(paths.certFile);
  if (paths.caFile !== undefined) read.ca = await readCertificates(paths.caFile);
  return read;
}

const beginning = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/g;
const block = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]*-----END \1-----/g;

// Node takes an authority file without a whole certificate as one that trusts nobody, and says nothing.
async function readCertificates(path: string): Promise<Buffer> {
  const content = await readFile(path);
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

async function readFile(
  path: string,
  check?: (path: string, file: FileHandle) => Promise<void>,
): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    // On the open file, so that what is checked is what is read.
    await check?.(path, file);
    return await file.readFile();
  } catch (reason) {
    if (RpcError.is(reason)) throw reason;
    throw refusal(`cannot read ${path}: ${(reason as Error).message}`, reason);
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
  throw refusal(`private key ${path} has mode ${octal}, so others can use it; run chmod 600 ${path}`);
}

function refusal(message: string, cause?: unknown): RpcError {
  return new RpcError("invalid_argument", message, { outcome: "not-executed", cause });
}
