import { Event, event, expose, RpcError, type ServeOptions, type Server, serve, service } from "@rpc/core";
import type { Contract } from "@rpc/core/contract";
import { tcp } from "@rpc/transport-tcp";
import { ws } from "@rpc/transport-ws";
import { zmq } from "@rpc/transport-zmq";
import { onTestFinished } from "vitest";

export class SoldOut extends RpcError {
  readonly article: string;

  constructor(article: string) {
    super("failed_precondition", `no more ${article}`);
    this.article = article;
  }
}

/** A service with something of everything. */
@service("Shop")
export class Shop {
  @event({ mode: "latest", cadenceMs: 100 }) readonly prices = new Event<number>();
  @event({ mode: "log" }) readonly sales = new Event<{ article: string; amount: bigint }>();
  /** Names of the methods that ran. */
  readonly ran: string[] = [];
  readonly orders: unknown[] = [];

  @expose({ idempotent: true })
  echo(...values: unknown[]): unknown {
    this.ran.push("echo");
    return values.length === 1 ? values[0] : values;
  }

  @expose({ once: { windowMs: 60_000 }, throws: [SoldOut] })
  order(order: { article: string; amount?: bigint; by?: Date }): string {
    this.ran.push("order");
    if (order.article === "gold") throw new SoldOut(order.article);
    this.orders.push(order);
    this.sales.publish(order.article, { article: order.article, amount: order.amount ?? 1n });
    return `order ${this.orders.length}`;
  }

  @expose()
  async *count(to: number): AsyncIterable<number> {
    for (let number = 1; number <= to; number++) yield number;
  }

  @expose()
  async *forever(): AsyncIterable<number> {
    for (let number = 1; ; number++) yield number;
  }

  @expose()
  async sum(numbers: AsyncIterable<number>): Promise<number> {
    let sum = 0;
    for await (const number of numbers) sum += number;
    return sum;
  }

  #told: ((topic: string, at: Date) => Promise<void>)[] = [];

  @expose()
  async watch(to: number, told: (article: string, at: Date) => Promise<void>): Promise<string> {
    for (let number = 1; number <= to; number++) await told(`tea ${number}`, new Date(number));
    this.#told.push(told);
    return "watched";
  }

  /** Calls what `watch` was given. */
  async tell(article: string): Promise<void> {
    await Promise.all(this.#told.map((told) => told(article, new Date(0))));
  }

  @expose()
  async ask(answer: (question: string) => Promise<number>): Promise<number> {
    return await answer("how many");
  }

  @expose()
  wait(): Promise<void> {
    this.ran.push("wait");
    return new Promise(() => {});
  }
}

const any = { "x-js": "any" } as const;
const order = {
  type: "object",
  properties: {
    article: { type: "string", minLength: 1 },
    amount: { "x-js": "bigint" },
    by: { "x-js": "date" },
    gifts: { "x-js": { map: [{ type: "string" }, { "x-js": { set: { type: "number" } } }] } },
    note: { "x-js": "bytes" },
    payment: { anyOf: [{ $ref: "#/types/Card" }, { $ref: "#/types/Cash" }], "x-tag": "kind" },
  },
  required: ["article"],
} as const;

export const contract: Contract = {
  rpcContract: 1,
  name: "shop",
  hash: "x",
  services: {
    Shop: {
      hash: "y",
      doc: "Sells things.\n\nAll of them.",
      members: {
        ask: {
          kind: "call",
          params: [
            {
              name: "answer",
              type: {
                "x-js": {
                  callback: {
                    params: [{ name: "question", type: { type: "string" } }],
                    result: { type: "number" },
                  },
                },
              },
            },
          ],
          result: { type: "number" },
        },
        count: {
          kind: "stream",
          params: [{ name: "to", type: { type: "number", maximum: 1000 } }],
          item: { type: "number" },
        },
        echo: {
          kind: "call",
          params: [{ name: "values", type: any, rest: true }],
          result: any,
          idempotent: true,
        },
        forever: { kind: "stream", params: [], item: { type: "number" } },
        order: {
          kind: "call",
          doc: "Orders an article.",
          params: [{ name: "order", type: { $ref: "#/types/Order" }, doc: "what is wanted" }],
          result: { type: "string" },
          once: true,
          throws: ["SoldOut"],
        },
        prices: { kind: "event", mode: "latest", payload: { type: "number" } },
        sales: { kind: "event", mode: "log", payload: { $ref: "#/types/Sale" } },
        sum: {
          kind: "call",
          params: [{ name: "numbers", type: { "x-js": { stream: { type: "number" } } } }],
          result: { type: "number" },
        },
        wait: { kind: "call", params: [], result: { "x-js": "void" } },
        watch: {
          kind: "call",
          params: [
            { name: "to", type: { type: "number" } },
            {
              name: "told",
              type: {
                "x-js": {
                  callback: {
                    params: [
                      { name: "article", type: { type: "string" } },
                      { name: "at", type: { "x-js": "date" } },
                    ],
                    result: { "x-js": "void" },
                  },
                },
              },
            },
          ],
          result: { type: "string" },
        },
      },
      errors: {
        SoldOut: { type: "object", properties: { article: { type: "string" } }, required: ["article"] },
      },
    },
  },
  types: {
    Card: {
      type: "object",
      properties: { kind: { const: "card" }, number: { type: "string" } },
      required: ["kind", "number"],
    },
    Cash: { type: "object", properties: { kind: { const: "cash" } }, required: ["kind"] },
    Order: order,
    Sale: {
      type: "object",
      properties: { article: { type: "string" }, amount: { "x-js": "bigint" } },
      required: ["article", "amount"],
    },
  },
};

/** An open shop. */
export interface OpenShop {
  readonly shop: Shop;
  readonly server: Server;
  readonly url: string;
}

/** Opens a shop on a free port; it is closed when the test is over. */
export async function openShop(options: Partial<ServeOptions> = {}): Promise<OpenShop> {
  const shop = new Shop();
  const server = await serve([shop], {
    transports: [tcp(), ws(), zmq()],
    listen: "tcp://127.0.0.1:0",
    contract,
    ...options,
  });
  onTestFinished(() => server.close({ graceMs: 0 }));
  return { shop, server, url: server.urls[0]! };
}
