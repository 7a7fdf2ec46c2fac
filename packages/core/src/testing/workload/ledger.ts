import type { CallContext, CallOptions } from "../../call.js";
import type { Remote } from "../../client/proxy.js";
import { RpcError } from "../../errors.js";
import { Event } from "../../service/event.js";
import { event } from "../../service/event-decorator.js";
import { expose } from "../../service/expose.js";
import { service } from "../../service/service.js";
import type { Simulation } from "../simulation.js";

/** What the world outside knows, whatever crashes. */
export interface World {
  /** How often each call ran. */
  readonly executions: Map<number, number>;
  /** Calls in the order they ran. */
  readonly order: number[];
  readonly simulation: Simulation;
}

/** A row of the ledger's table. */
export interface Row {
  readonly name: string;
  readonly key: number;
}

/** The service of the workload: every call is entered outside, and told as an event of three modes. */
@service("Ledger")
export class Ledger {
  @event() readonly entered = new Event<number>();
  @event({ mode: "log", history: { count: 40 } }) readonly logged = new Event<number>();
  @event({ mode: "table", key: "name" }) readonly rows = new Event<Row>();
  /** What the table holds. */
  readonly table = new Map<string, number>();
  /** Newest sequence number by topic. */
  readonly published = new Map<string, number>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Works `workMs`, then answers twice the key, or refuses. `ballast` only makes the packet large. */
  @expose({ context: true })
  async enter(
    context: CallContext,
    key: number,
    workMs: number,
    fail: boolean,
    _ballast?: Uint8Array,
  ): Promise<number> {
    const { executions, order, simulation } = this.#world;
    executions.set(key, (executions.get(key) ?? 0) + 1);
    order.push(key);
    const topic = `t${key % 3}`;
    this.published.set(topic, (this.published.get(topic) ?? 0) + 1);
    this.entered.publish(topic, key, context);
    this.logged.publish(topic, key, context);
    const name = `row${key % 7}`;
    if (key % 5 === 0) {
      this.table.delete(name);
      this.rows.remove(name, context);
    } else {
      this.table.set(name, key);
      this.rows.publish(`table.${name}`, { name, key }, context);
    }
    if (workMs > 0) await simulation.sleep(workMs);
    if (fail) throw new RpcError("failed_precondition", `refused ${key}`);
    return key * 2;
  }
}

/** The ledger as its callers see it: without the context. */
export type RemoteLedger = Omit<Remote<Ledger>, "enter" | "$with"> & {
  enter(key: number, workMs: number, fail: boolean, ballast?: Uint8Array): Promise<number>;
  $with(options: CallOptions): RemoteLedger;
};
