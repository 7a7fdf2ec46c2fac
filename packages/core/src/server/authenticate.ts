import { RpcError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { Peer } from "../transport.js";

/**
 * Decides who a peer is by what it showed in its hello.
 *
 * What it returns becomes `identity` in every call's context. It refuses by throwing, or by returning undefined, null
 * or false; a refused peer learns nothing but that it was refused.
 */
export type Authenticate = (credentials: unknown, peer: Peer) => unknown;

/** Runs `authenticate`, if there is one, and fails closed. Rejects `RpcError` `unauthenticated`. */
export async function authenticatePeer(
  authenticate: Authenticate | undefined,
  credentials: unknown,
  peer: Peer,
  logger: Logger,
): Promise<unknown> {
  if (authenticate === undefined) return undefined;
  let identity: unknown;
  try {
    identity = await authenticate(credentials, peer);
  } catch (error) {
    logger.warn(
      `authenticate refused ${peer.address ?? peer.scheme}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (identity !== undefined && identity !== null && identity !== false) return identity;
  throw new RpcError("unauthenticated", "the server did not accept the credentials", {
    outcome: "not-executed",
  });
}
