import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** What a verified certificate says about its owner: `peer.identity` of a `tls://` connection. */
export interface CertificateIdentity {
  /** The whole subject, most general part first: `O=desk`, `CN=alice`. */
  readonly subject: readonly string[];
  /** The CN of the subject. Absent when the certificate has none, or several. */
  readonly commonName?: string;
  /** The subject alternative names with their kind: `DNS:desk.example`, `IP Address:10.0.0.7`, `URI:spiffe://…`. */
  readonly altNames: readonly string[];
  /** SHA-256 of the whole certificate, in pairs of hex digits with colons. */
  readonly fingerprint256: string;
}

// Node puts a name that holds a comma or a quote in JSON quotes; such a name is one name.
const altName = /(?:[^,"]|"(?:[^"\\]|\\.)*")+/g;

/** Returns whom the certificate at the other side of `socket` names, or nothing unless it was verified. */
export function certificateIdentity(socket: Socket): CertificateIdentity | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  // A line break inside a value is escaped in it.
  const subject = (certificate.subject ?? "").split("\n").filter((part) => part !== "");
  const [commonName, ...others] = subject.filter((part) => part.startsWith("CN="));
  return {
    subject,
    ...(commonName !== undefined && others.length === 0 ? { commonName: commonName.slice(3) } : {}),
    altNames: (certificate.subjectAltName ?? "").match(altName)?.map((name) => name.trim()) ?? [],
    fingerprint256: certificate.fingerprint256,
  };
}
