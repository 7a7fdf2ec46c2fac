import type { RpcError } from "../errors.js";
import type { KindLogger } from "../logger.js";

/** A session that is over, and cannot be resumed. */
export interface LostSession {
  /** As `CallContext.sessionId` of its calls. */
  readonly id: string;
  /** What `authenticate` returned for its client. */
  readonly identity: unknown;
  /** Why: its client closed it, was away too long, broke the protocol, or the server was closed. */
  readonly reason: RpcError;
}

/** Hears of sessions that are over. */
export type OnSessionLost = (session: LostSession) => unknown;

/** Tells the application of sessions that are over, and waits for what it does about them when the server closes. */
export class LostSessions {
  readonly #told: OnSessionLost | undefined;
  readonly #logger: KindLogger;
  readonly #working = new Set<Promise<void>>();

  constructor(told: OnSessionLost | undefined, logger: KindLogger) {
    this.#told = told;
    this.#logger = logger;
  }

  /** Never throws: what the application does wrong is its own business, and logged. */
  add(session: LostSession): void {
    if (this.#told === undefined) return;
    const work: Promise<void> = this.#tell(this.#told, session).finally(() => this.#working.delete(work));
    this.#working.add(work);
  }

  /** Resolves when everything that was told has been dealt with. */
  async settled(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  async #tell(told: OnSessionLost, session: LostSession): Promise<void> {
    try {
      await told(session);
    } catch (error) {
      this.#logger.error(
        `onSessionLost of session ${session.id} failed: ${error instanceof Error ? error.stack : String(error)}`,
        "failures of onSessionLost",
      );
    }
  }
}
