import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { RpcError } from "@rpc/core/transport";
import { loadTlsOptions, type NodeTlsOptions, type TlsOptions, tlsRefusal } from "./tls-options.js";

/** The open `tls://` listeners of one transport, which take renewed files together. */
export class TlsListeners {
  readonly #options: TlsOptions;
  readonly #renewals = new Set<(options: NodeTlsOptions) => void>();

  constructor(options: TlsOptions) {
    this.#options = options;
  }

  /** Adds a listener by what renews it; returns what takes it out again. Safe to take out twice. */
  add(renew: (options: NodeTlsOptions) => void): () => void {
    this.#renewals.add(renew);
    return () => void this.#renewals.delete(renew);
  }

  /** Reads the files again and hands them to every listener, or, when one of them is of no use, to none. */
  async reload(): Promise<void> {
    const { keyFile, certFile, caFile } = this.#options;
    if ((keyFile ?? certFile ?? caFile) === undefined) {
      throw invalid(
        "tls names no files to read again; give keyFile, certFile and caFile instead of contents",
      );
    }
    const renewed = await this.#load();
    for (const renew of this.#renewals) renew(renewed);
  }

  async #load(): Promise<NodeTlsOptions> {
    try {
      const options = await loadTlsOptions(this.#options);
      checkTogether(options);
      checkValidNow(options, this.#options.certFile);
      return options;
    } catch (reason) {
      const { message } = reason as Error;
      throw invalid(`certificates not reloaded, the old ones stay in force: ${message}`, reason);
    }
  }
}

function checkTogether(options: NodeTlsOptions): void {
  try {
    createSecureContext(options);
  } catch (reason) {
    throw tlsRefusal(reason);
  }
}

// A listener that has a certificate that works does not give it up for one that every client refuses.
function checkValidNow({ cert }: NodeTlsOptions, certFile: string | undefined): void {
  if (certFile === undefined || !Buffer.isBuffer(cert)) return;
  const { validFrom, validTo } = new X509Certificate(cert);
  const now = Date.now();
  if (now < Date.parse(validFrom)) throw invalid(`${certFile} is valid only from ${validFrom}`);
  if (now > Date.parse(validTo)) throw invalid(`${certFile} expired on ${validTo}`);
}

function invalid(message: string, cause?: unknown): RpcError {
  return new RpcError("invalid_argument", message, { outcome: "not-executed", cause });
}
