import { RpcError } from "../errors.js";
import type { KindLogger } from "../logger.js";
import type { Peer } from "../transport.js";
import { readValidity, type ValidIdentity } from "./valid-until.js";

/**
 * Decides who a peer is by what it showed in its hello.
 *
 * What it returns becomes `identity` in every call's context; `validUntil(identity, ms)` says until when that holds. It
 * refuses by throwing an `RpcError`, or by returning undefined, null or false; a refused peer learns nothing but that it
 * was refused. Whatever else it throws means that it could not decide: nobody gets in, and the client may try again.
 */
export type Authenticate = (credentials: unknown, peer: Peer) => unknown;

/**
 * Runs `authenticate` and fails closed; without one, the identity is what the transport proved: a client certificate, a
 * CURVE key, or nothing. So nobody resumes a session with another certificate than it was opened with. Rejects
 * `RpcError` `unauthenticated`, or `unavailable`.
 */
export async function authenticatePeer(
  authenticate: Authenticate | undefined,
  credentials: unknown,
  peer: Peer,
  logger: KindLogger,
): Promise<ValidIdentity> {
  if (authenticate === undefined) return readValidity(peer.identity);
  const from = peer.address ?? peer.scheme;
  let admitted: ValidIdentity | undefined;
  try {
    admitted = readValidity(await authenticate(credentials, peer));
  } catch (error) {
    if (!RpcError.is(error)) {
      // It could not decide: its directory is down, or it has a bug. The credentials may be good all the same.
      logger.error(
        `authenticate failed for ${from}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        "failures of authenticate",
      );
      throw new RpcError("unavailable", "authentication failed at the server, try again", {
        outcome: "not-executed",
      });
    }
    logger.warn(`authenticate refused ${from}: ${error.message}`, "refusals of authenticate");
  }
  const identity = admitted?.identity;
  if (admitted !== undefined && identity !== undefined && identity !== null && identity !== false)
    return admitted;
  throw new RpcError("unauthenticated", "the server did not accept the credentials", {
    outcome: "not-executed",
  });
}
