import type { Clock, Random } from "../clock.js";
import type { KindLogger } from "../logger.js";

/** Part of its validity after which a credential is shown anew: early enough to try again, and not all clients at once. */
const part = { least: 0.7, spread: 0.1 };

/** Between two attempts of its own, so that credentials that are not renewed are not shown without end. */
export const leastRefreshMs = 100;

export interface CredentialEndOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: KindLogger;
  /** The program's; without it nothing can be shown anew. */
  readonly credentials: (() => unknown) | undefined;
}

/** When credentials that hold for so long are to be shown anew, in milliseconds; undefined when there is nothing to show. */
export function showAnewMs(validMs: number, options: CredentialEndOptions): number | undefined {
  const { credentials, logger, random } = options;
  if (credentials !== undefined)
    return Math.max(validMs * (part.least + part.spread * random.fraction()), leastRefreshMs);
  logger.warn(
    `the server ends this session in ${validMs} ms, when its credentials expire: pass credentials to connect`,
  );
  return undefined;
}
