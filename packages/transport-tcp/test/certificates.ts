import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Paths of a private key and of the certificate that goes with it. */
export interface Pem {
  readonly keyFile: string;
  readonly certFile: string;
}

/** An authority made for one test run, and what it has signed. */
export interface Certificates {
  readonly folder: string;
  readonly caFile: string;
  /** For 127.0.0.1, ::1 and localhost. */
  readonly server: Pem;
  readonly client: Pem;
  /** For a name that nobody here has. */
  readonly elsewhere: Pem;
  /** Of another authority, which nobody trusts. */
  readonly stranger: Pem;
  /** The other authority's certificate. */
  readonly otherCaFile: string;
  /** Like `server`, until yesterday. */
  readonly expired: Pem;
  remove(): void;
}

/** Makes keys and certificates with the `openssl` command. */
export function createCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "certificates-"));
  const ca = createAuthority(folder, "ca");
  const other = createAuthority(folder, "other");
  return {
    folder,
    caFile: ca.certFile,
    server: sign(folder, ca, "server", "DNS:localhost,IP:127.0.0.1,IP:::1"),
    client: sign(folder, ca, "alice", "DNS:alice.example,URI:urn:desk:alice"),
    elsewhere: sign(folder, ca, "elsewhere", "DNS:elsewhere.example"),
    stranger: sign(folder, other, "stranger", "DNS:localhost,IP:127.0.0.1"),
    otherCaFile: other.certFile,
    expired: sign(folder, ca, "expired", "DNS:localhost,IP:127.0.0.1", "-1"),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Reads the files of `pem`, for the options that take contents. */
export function contents(pem: Pem): { key: Buffer; cert: Buffer } {
  return { key: readFileSync(pem.keyFile), cert: readFileSync(pem.certFile) };
}

function createAuthority(folder: string, name: string): Pem {
  const pem = paths(folder, name);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", pem.keyFile];
  openssl("req", "-x509", ...key, "-out", pem.certFile, "-days", "2", "-subj", `/CN=${name}`);
  return pem;
}

function sign(folder: string, authority: Pem, name: string, altNames: string, days = "2"): Pem {
  const pem = paths(folder, name);
  const request = join(folder, `${name}.csr`);
  const extensions = join(folder, `${name}.ext`);
  writeFileSync(extensions, `subjectAltName=${altNames}\n`);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", pem.keyFile];
  openssl("req", ...key, "-out", request, "-subj", `/O=desk/CN=${name}`);
  const signer = ["-CA", authority.certFile, "-CAkey", authority.keyFile, "-CAcreateserial"];
  openssl(
    "x509",
    "-req",
    "-in",
    request,
    ...signer,
    "-out",
    pem.certFile,
    "-days",
    days,
    "-extfile",
    extensions,
  );
  return pem;
}

function paths(folder: string, name: string): Pem {
  return { keyFile: join(folder, `${name}.key`), certFile: join(folder, `${name}.crt`) };
}

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}
