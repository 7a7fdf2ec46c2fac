import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { KindLogger } from "../logger.js";
import type { Peer } from "../transport.js";
import { type Authenticate, authenticatePeer } from "./authenticate.js";
import { FailedLogins } from "./failed-logins.js";
import type { ValidIdentity } from "./valid-until.js";

export interface AuthenticatorOptions {
  readonly authenticate: Authenticate | undefined;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: KindLogger;
}

/** Asks who a peer is, at a hello and when it shows new credentials, and counts who guesses. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #failed: FailedLogins;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#failed = new FailedLogins(options.clock, options.limits, options.logger);
  }

  /**
   * Who the peer is, and until when. Rejects `RpcError`: `unauthenticated` when it is nobody, `resource_exhausted` while
   * its address is locked out, `unavailable` when that could not be decided.
   */
  async admit(credentials: unknown, peer: Peer): Promise<ValidIdentity> {
    const { authenticate, clock, logger } = this.#options;
    if (authenticate !== undefined) this.#failed.check(peer);
    try {
      const admitted = await authenticatePeer(authenticate, credentials, peer, logger);
      if (admitted.untilMs > clock.wallTime()) return admitted;
      throw new RpcError("unauthenticated", "the credentials have expired", { outcome: "not-executed" });
    } catch (error) {
      if (RpcError.is(error, "unauthenticated")) this.#failed.add(peer);
      throw error;
    }
  }
}
