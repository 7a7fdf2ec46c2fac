import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import { type Limits, maxWatchedAddresses } from "../limits.js";
import type { KindLogger } from "../logger.js";
import type { Peer } from "../transport.js";
import { hostOf } from "./host-of.js";

interface Failures {
  count: number;
  /** When they are forgotten; while `count` is at its limit, until when nobody of that address is asked. */
  until: number;
}

/**
 * Refused logins by address, of IPv6 by /64. One that had `maxFailedLogins` of them within `lockOutMs` is locked out for as long:
 * `authenticate` is not asked, so guessing is slow however quick it is.
 *
 * A good login does not clear the count, or who has one account could guess at the others between two of its own.
 */
export class FailedLogins {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #logger: KindLogger;
  /** The address that failed first comes first. */
  readonly #addresses = new Map<string, Failures>();

  constructor(clock: Clock, limits: Limits, logger: KindLogger) {
    this.#clock = clock;
    this.#limits = limits;
    this.#logger = logger;
  }

  /** Throws `RpcError` `resource_exhausted` while the peer's address is locked out. */
  check(peer: Peer): void {
    const failures = this.#find(hostOf(peer));
    if (failures === undefined || failures.count < this.#limits.maxFailedLogins) return;
    const retryAfterMs = Math.ceil(failures.until - this.#clock.now());
    throw new RpcError(
      "resource_exhausted",
      `too many failed logins from this address (maxFailedLogins); try again in ${retryAfterMs} ms`,
      { outcome: "not-executed", retryAfterMs },
    );
  }

  /** A login of that peer was refused. */
  add(peer: Peer): void {
    const host = hostOf(peer);
    if (host === undefined) return;
    const { maxFailedLogins, lockOutMs } = this.#limits;
    const until = this.#clock.now() + lockOutMs;
    const failures = this.#find(host) ?? { count: 0, until };
    this.#addresses.set(host, failures);
    failures.count += 1;
    if (failures.count === maxFailedLogins) {
      failures.until = until;
      this.#logger.warn(
        `${host} is locked out for ${lockOutMs} ms after ${maxFailedLogins} failed logins`,
        "lock-outs",
      );
    }
    if (this.#addresses.size > maxWatchedAddresses)
      for (const oldest of this.#addresses.keys()) {
        this.#addresses.delete(oldest);
        break;
      }
  }

  #find(host: string | undefined): Failures | undefined {
    const failures = host === undefined ? undefined : this.#addresses.get(host);
    if (failures === undefined || failures.until > this.#clock.now()) return failures;
    this.#addresses.delete(host!);
    return undefined;
  }
}
