import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** What a verified certificate says about its owner: `peer.identity` of a `tls://` connection. */
export interface CertificateIdentity {
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
  const certificate = socket.getPeerCertificate();
  if (certificate.fingerprint256 === undefined) return undefined;
  const commonName: unknown = certificate.subject?.CN;
  return {
    ...(typeof commonName === "string" ? { commonName } : {}),
    altNames: (certificate.subjectaltname ?? "").match(altName)?.map((name) => name.trim()) ?? [],
    fingerprint256: certificate.fingerprint256,
  };
}
