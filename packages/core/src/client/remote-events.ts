import type { ServiceDescription } from "../service-caller.js";
import type { ClientSeams } from "./client-parts.js";
import type { ClientSession } from "./client-session.js";
import type { Subscription } from "./remote-event.js";
import { type SubscribeArgs, toSubscribeRequest } from "./subscribe-request.js";
import { Subscriptions } from "./subscriptions.js";

/** The events that a client has subscribed to, in whatever session it has. */
export class RemoteEvents {
  readonly subscriptions: Subscriptions;
  readonly #client: ClientSeams;
  /** Services of generated clients that were subscribed to: a new session hears of their contracts first. */
  readonly #agreed = new Set<ServiceDescription>();

  constructor(client: ClientSeams) {
    const { clock, limits, timeoutMs, failures } = client;
    this.#client = client;
    this.subscriptions = new Subscriptions({
      clock,
      limits,
      timeoutMs,
      logger: failures.logger,
      obstacle: () => client.obstacle(),
    });
    if (client.current !== undefined) this.attach(client.current);
  }

  async subscribe(
    service: ServiceDescription,
    event: string,
    args: SubscribeArgs,
  ): Promise<Subscription<unknown>> {
    const request = toSubscribeRequest(service.name, event, args);
    if (service.hash !== "") this.#agreed.add(service);
    this.#client.current?.sent.refs.agree(service);
    return this.subscriptions.add(request);
  }

  /** A session begins: every subscription is asked for in it. */
  attach({ sent, epoch }: ClientSession): void {
    for (const description of this.#agreed) sent.refs.agree(description);
    this.subscriptions.attach(sent.session, epoch);
  }
}
