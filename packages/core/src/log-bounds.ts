import type { Clock, Timer } from "./clock.js";

/** How many lines of one kind a log takes. */
interface Rate {
  readonly burst: number;
  readonly everyMs: number;
}

/** Lines that strangers can cause: some to see what goes on, then one in ten seconds. */
const ofPeers: Rate = { burst: 10, everyMs: 10_000 };
/** Failures of one's own code, each with an id that somebody may ask for. */
const ofFailures: Rate = { burst: 1000, everyMs: 100 };

/** After this long a kind says how many of its lines were left out. */
const summaryMs = 10_000;

interface Bucket {
  readonly rate: Rate;
  tokens: number;
  filledAt: number;
  leftOut: number;
  summary: Timer | undefined;
}

/** Bounds a log by this clock. */
export function boundLog(clock: Clock): (tell: (kind: string, leftOut: number) => void) => LogBounds {
  return (tell) => new LogBounds(clock, tell);
}

/**
 * Bounds how many lines of each kind reach a log, so that no peer can fill it.
 *
 * What is left out is counted, and told in one line at most every ten seconds. Kinds are named by the program, never by
 * a peer, so there are few.
 */
export class LogBounds {
  readonly #clock: Clock;
  readonly #tell: (kind: string, leftOut: number) => void;
  readonly #buckets = new Map<string, Bucket>();
  #closed = false;

  /** `tell` hears how many lines of a kind were left out since it last heard of that kind. */
  constructor(clock: Clock, tell: (kind: string, leftOut: number) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Whether a line of that kind may be written now; what may not is counted. */
  take(kind: string, failure: boolean): boolean {
    const bucket = this.#find(kind, failure ? ofFailures : ofPeers);
    const { burst, everyMs } = bucket.rate;
    const now = this.#clock.now();
    bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.filledAt) / everyMs);
    bucket.filledAt = now;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return true;
    }
    bucket.leftOut += 1;
    if (!this.#closed)
      bucket.summary ??= this.#clock.timer(summaryMs, () => {
        bucket.summary = undefined;
        this.#summarize(kind, bucket);
      });
    return false;
  }

  /** Tells what was left out and sets no timer any more. Safe to call twice. */
  close(): void {
    this.#closed = true;
    for (const [kind, bucket] of this.#buckets) {
      bucket.summary?.clear();
      bucket.summary = undefined;
      this.#summarize(kind, bucket);
    }
  }

  #find(kind: string, rate: Rate): Bucket {
    const found = this.#buckets.get(kind);
    if (found !== undefined) return found;
    const bucket = { rate, tokens: rate.burst, filledAt: this.#clock.now(), leftOut: 0, summary: undefined };
    this.#buckets.set(kind, bucket);
    return bucket;
  }

  #summarize(kind: string, bucket: Bucket): void {
    const { leftOut } = bucket;
    bucket.leftOut = 0;
    if (leftOut > 0) this.#tell(kind, leftOut);
  }
}
