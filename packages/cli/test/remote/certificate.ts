import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Makes a certificate for 127.0.0.1 that is its own authority; its files are gone when the test is over. */
export function createCertificate(): { readonly keyFile: string; readonly certFile: string } {
  const folder = mkdtempSync(join(tmpdir(), "rpc-certificate-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const self = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", ["req", ...self, ...names, "-keyout", keyFile, "-out", certFile], {
    stdio: "ignore",
  });
  return { keyFile, certFile };
}
