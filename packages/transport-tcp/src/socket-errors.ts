import { TLSSocket } from "node:tls";
import { type Peer, RpcError } from "@rpc/core/transport";

/** What Node adds to the errors of sockets. */
type SocketError = Error & { readonly code?: string; readonly reason?: string };

/** What a server answers to a client certificate that is missing or not to its liking. */
const certificateAlert = /^ERR_SSL_\w+_ALERT_(\w*CERTIFICATE\w*|UNKNOWN_CA)$/;

/** Returns why no connection to `url` came about, in words that say what to do. */
export function connectError(url: URL, error: SocketError, socket?: unknown): RpcError {
  if (socket instanceof TLSSocket && socket.authorizationError) return untrusted(url, error);
  const place = shown(url);
  if (certificateAlert.test(error.code ?? "")) {
    return failure("unauthenticated", `${place} refused this side's certificate: ${inWords(error)}`, error);
  }
  switch (error.code) {
    case "ECONNREFUSED":
      return failure("unavailable", `nobody listens at ${place} (ECONNREFUSED)`, error);
    case "ENOENT":
      return failure("unavailable", `nobody listens at ${place}: there is no such file (ENOENT)`, error);
    case "EACCES":
    case "EPERM":
      return failure("permission_denied", `not permitted to connect to ${place} (${error.code})`, error);
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return failure("unavailable", `no way to ${place} (${error.code}); check network and firewall`, error);
    case "ECONNRESET":
      return failure(
        "unavailable",
        `${place} broke the connection off before it was ready (ECONNRESET)${withoutTls(url)}`,
        error,
      );
    case "ERR_SSL_WRONG_VERSION_NUMBER":
      return failure(
        "unavailable",
        `${place} does not speak TLS; is it a tcp:// listener (${error.code})`,
        error,
      );
    default:
      return (
        lookupError(url, error) ??
        failure("unavailable", `cannot connect to ${place}: ${inWords(error)}`, error)
      );
  }
}

/** Returns why `url` cannot be listened at, in words that say what to do. */
export function listenError(url: URL, error: SocketError): RpcError {
  const place = shown(url);
  switch (error.code) {
    case "EADDRINUSE":
      return failure("unavailable", inUse(url), error);
    case "EACCES":
    case "EPERM":
      return failure("permission_denied", `not permitted to listen at ${place} (${error.code})`, error);
    case "EADDRNOTAVAIL":
      return failure(
        "unavailable",
        `this machine has no address ${url.hostname} to listen at (EADDRNOTAVAIL)`,
        error,
      );
    case "ENOENT":
    case "ENOTDIR":
      return failure("unavailable", `no directory for the socket file of ${place} (${error.code})`, error);
    default:
      return (
        lookupError(url, error) ??
        failure("unavailable", `cannot listen at ${place}: ${inWords(error)}`, error)
      );
  }
}

/** Returns the sentence for an address that somebody else holds. */
export function inUse(url: URL): string {
  const other = url.protocol === "unix:" ? "path" : "port";
  return `${shown(url)} is in use by another process; choose another ${other} or stop it`;
}

/**
 * Returns why a server ends a TLS connection without a word: Node's servers look at the client's certificate when the
 * client's handshake is done already, and drop the connection.
 */
export function silentEnd(url: URL): Error {
  return new Error(
    `${shown(url)} ended the connection right after the TLS handshake: it wants a client certificate ` +
      "(tls.keyFile, tls.certFile), or refused this one; its log says which",
  );
}

/** Returns why an open connection ended out of order. */
export function socketBreak(peer: Peer, error: SocketError): Error {
  const whom = peer.address ?? "the peer";
  return new Error(`connection with ${whom} broke: ${inWords(error)}`, { cause: error });
}

/** Returns an error of a socket in few words: OpenSSL puts its own file names around the reason. */
export function inWords(error: SocketError): string {
  const words = error.reason ?? error.message;
  return error.code === undefined || words.includes(error.code) ? words : `${words} (${error.code})`;
}

function withoutTls(url: URL): string {
  return url.protocol === "tls:" ? "; is it a tcp:// listener, or one of another kind" : "";
}

function lookupError(url: URL, error: SocketError): RpcError | undefined {
  if (error.code === "ENOTFOUND") {
    return failure("unavailable", `host ${url.hostname} not found (ENOTFOUND)`, error);
  }
  if (error.code === "EAI_AGAIN") {
    return failure("unavailable", `host ${url.hostname} cannot be looked up now (EAI_AGAIN)`, error);
  }
  return undefined;
}

function untrusted(url: URL, error: SocketError): RpcError {
  const hint =
    error.code === "ERR_TLS_CERT_ALTNAME_INVALID" || error.code === "CERT_HAS_EXPIRED"
      ? ""
      : "; give the certificate of its authority as tls.caFile";
  return failure("unauthenticated", `certificate of ${shown(url)} refused: ${inWords(error)}${hint}`, error);
}

function failure(code: RpcError["code"], message: string, cause: Error): RpcError {
  return new RpcError(code, message, { outcome: "not-executed", cause });
}

// Without user and password, which do not belong into logs.
function shown(url: URL): string {
  return url.protocol === "unix:" ? url.href : `${url.protocol}//${url.host}`;
}
