import { connect, expose, memory, type Remote, release, type ServeOptions, serve, service } from "@rpc/core";
import type { Contract, ParamContract, TypeSchema } from "@rpc/core/contract";
import { describe, expect, onTestFinished, test } from "vitest";

interface Order {
  readonly symbol: string;
  readonly quantity: number;
}

class OwnOrder implements Order {
  readonly secret = "never sent";
  readonly symbol = "OWN";
  readonly #quantity = 3;
  get quantity(): number {
    return this.#quantity;
  }
}

type Told = (order: Order) => Promise<number>;

@service("Desk")
class Desk {
  readonly taken: unknown[] = [];
  ran = 0;

  @expose()
  async fill(orders: AsyncIterable<Order>, label?: string): Promise<string> {
    this.ran++;
    for await (const order of orders) this.taken.push(order);
    return label ?? "filled";
  }

  @expose()
  async *orders(wrong: boolean): AsyncGenerator<Order> {
    yield new OwnOrder();
    yield { symbol: "B", quantity: wrong ? ("2" as never) : 2 };
    yield { symbol: "C", quantity: 3 };
  }

  @expose()
  async watch(symbol: string, told: Told, ...more: Told[]): Promise<number> {
    this.ran++;
    const answers = await Promise.all([told, ...more].map((one) => one({ symbol, quantity: symbol.length })));
    for (const one of [told, ...more]) release(one);
    return answers.reduce((sum, answer) => sum + answer, 0);
  }
}

const text: TypeSchema = { type: "string" };
const number: TypeSchema = { type: "number" };
const order: TypeSchema = { $ref: "#/types/Order" };
const callback: TypeSchema = {
  "x-js": { callback: { params: [{ name: "order", type: order }], result: number } },
};
const method = (params: readonly ParamContract[], result: TypeSchema) =>
  ({ kind: "call", params, result }) as const;
const contract: Contract = {
  rpcContract: 1,
  name: "desk",
  hash: "x",
  services: {
    Desk: {
      hash: "y",
      members: {
        fill: method(
          [
            { name: "orders", type: { "x-js": { stream: order } } },
            { name: "label", type: text, optional: true },
          ],
          text,
        ),
        orders: { kind: "stream", params: [{ name: "wrong", type: { type: "boolean" } }], item: order },
        watch: method(
          [
            { name: "symbol", type: text },
            { name: "told", type: callback },
            { name: "more", type: callback, rest: true },
          ],
          number,
        ),
      },
    },
  },
  types: {
    Order: {
      type: "object",
      properties: { symbol: { ...text, minLength: 1 }, quantity: number },
      required: ["symbol", "quantity"],
    },
  },
};

async function start(options: Partial<ServeOptions> = {}) {
  const desk = new Desk();
  const transport = memory();
  const server = await serve([desk], {
    transports: [transport],
    listen: "memory:guards",
    contract,
    ...options,
  });
  onTestFinished(() => server.close());
  const client = await connect("memory:guards", { transports: [transport] });
  onTestFinished(() => client.close());
  return { desk, client, remote: client.service<Remote<Desk>>("Desk") };
}

/** A stream that tells when its reader left. */
function sourceOf(...items: unknown[]) {
  const source = {
    left: false,
    async *[Symbol.asyncIterator]() {
      try {
        yield* items as Order[];
      } finally {
        source.left = true;
      }
    },
  };
  return source;
}

async function listOf(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const good = { symbol: "A", quantity: 1 };

describe("a stream that a caller passes", () => {
  test("reaches the method item by item, as far as the items are what the contract says", async () => {
    const { desk, remote } = await start();
    const source = sourceOf(good, { symbol: "A", quantity: "2" }, good);
    await expect(remote.fill(source)).rejects.toMatchObject({
      code: "invalid_argument",
      outcome: "executed",
      message: 'Desk.fill: orders[1].quantity: expected number, got "2"',
    });
    expect(desk.taken).toEqual([good]);
    await expect.poll(() => source.left).toBe(true);
    expect(await remote.fill(sourceOf(good, good), "again")).toBe("again");
  });

  test("is not looked into where arguments are not", async () => {
    const { desk, remote } = await start({ validate: { arguments: false } });
    expect(await remote.fill(sourceOf(7))).toBe("filled");
    expect(desk.taken).toEqual([7]);
  });
});

describe("a stream that a method answers with", () => {
  test("ends at the item that is not what the contract says, where results are checked", async () => {
    const { client } = await start({ validate: { results: true } });
    const orders = client.service<{ orders: { stream(wrong: boolean): AsyncIterable<Order> } }>(
      "Desk",
    ).orders;
    await expect(listOf(orders.stream(true))).rejects.toMatchObject({
      code: "internal",
      message: 'Desk.orders: item 1 is not what the contract says: .quantity: expected number, got "2"',
    });
    expect(await listOf(orders.stream(false))).toHaveLength(3);
  });

  test("carries instances of classes as the fields that the contract names", async () => {
    const { client } = await start();
    const orders = client.service<{ orders: { stream(wrong: boolean): AsyncIterable<Order> } }>(
      "Desk",
    ).orders;
    expect(await listOf(orders.stream(true))).toEqual([
      { symbol: "OWN", quantity: 3 },
      { symbol: "B", quantity: "2" },
      { symbol: "C", quantity: 3 },
    ]);
  });
});

describe("a callback that a caller passes", () => {
  test("may give back only what the contract says", async () => {
    const { remote, client } = await start();
    expect(
      await remote.watch(
        "AB",
        async () => 2,
        async () => 3,
      ),
    ).toBe(5);
    await expect(remote.watch("AB", async () => 1, (async () => "3") as never)).rejects.toMatchObject({
      code: "invalid_argument",
      message: 'Desk.watch: what more[0] gave back: expected number, got "3"',
    });
    // Guarded callbacks are given back like others; the second pair was not.
    await expect.poll(() => client.stats().callbacks).toBe(2);
  });

  test("is called only with what the contract says, where results are checked", async () => {
    const { remote } = await start({ validate: { results: true } });
    await expect(remote.watch("", async () => 2)).rejects.toMatchObject({
      code: "internal",
      message:
        'Desk.watch: what it passes to told is not what the contract says: order.symbol: expected string with minLength 1, got ""',
    });
  });
});

describe("streams, functions and values", () => {
  test.each<[string, (remote: Remote<Desk>) => Promise<unknown>]>([
    ["orders: expected a stream, got 5", (remote) => remote.fill(5 as never)],
    ["orders: expected a stream, got undefined", (remote) => (remote.fill as () => Promise<string>)()],
    ["orders: expected a stream, got a function", (remote) => remote.fill((() => {}) as never)],
    ["label: expected string, got a stream", (remote) => remote.fill(sourceOf(), sourceOf() as never)],
    ["told: expected a function, got null", (remote) => remote.watch("A", null as never)],
    ["told: expected a function, got a stream", (remote) => remote.watch("A", sourceOf() as never)],
    [
      "more[1]: expected a function, got 5",
      (remote) =>
        remote.watch(
          "A",
          async () => 1,
          async () => 1,
          5 as never,
        ),
    ],
  ])("do not pass for each other: %s", async (message, call) => {
    const { desk, remote } = await start();
    await expect(call(remote)).rejects.toMatchObject({
      code: "invalid_argument",
      outcome: "not-executed",
      message: expect.stringMatching(
        new RegExp(`^Desk\\.(fill|watch): ${message.replace(/[[\]]/g, "\\$&")}$`),
      ),
    });
    expect(desk.ran).toBe(0);
  });
});
