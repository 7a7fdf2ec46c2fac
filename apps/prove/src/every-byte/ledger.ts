import { Event, event, expose, RpcError, service } from "@rpc/core";

/** How many items the ledger's stream has. */
export const streamLength = 4;

/** What happened, on whatever server. */
export interface Happened {
  /** How often each key ran. */
  readonly ran: Map<string, number>;
}

/** A service with a member of each kind, for a session that is short enough to be cut after each of its bytes. */
@service("Ledger")
export class Ledger {
  /** Topics are sessions. */
  @event({ maxTopics: 100_000 }) readonly entered = new Event<string>();
  /** How many events each topic has. */
  readonly published = new Map<string, number>();
  readonly #happened: Happened;

  constructor(happened: Happened) {
    this.#happened = happened;
  }

  @expose()
  async enter(key: string): Promise<string> {
    return this.#enter(key);
  }

  @expose()
  async refuse(key: string): Promise<never> {
    throw new RpcError("failed_precondition", this.#enter(key));
  }

  @expose({ idempotent: true })
  async look(key: string): Promise<string> {
    return this.#enter(key);
  }

  @expose({ once: { windowMs: 60_000 } })
  async place(key: string): Promise<string> {
    return this.#enter(key);
  }

  @expose()
  async *list(key: string): AsyncGenerator<number, void, void> {
    this.#enter(key);
    for (let index = 0; index < streamLength; index++) yield index;
  }

  #enter(key: string): string {
    const { ran } = this.#happened;
    ran.set(key, (ran.get(key) ?? 0) + 1);
    const topic = key.slice(0, key.indexOf("/"));
    this.published.set(topic, (this.published.get(topic) ?? 0) + 1);
    this.entered.publish(topic, key);
    return key;
  }
}
