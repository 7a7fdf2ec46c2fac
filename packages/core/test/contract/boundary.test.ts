import * as core from "@rpc/core";
import {
  connect,
  Event,
  event,
  expose,
  memory,
  type Remote,
  type ServeOptions,
  serve,
  service,
} from "@rpc/core";
import type { Contract } from "@rpc/core/contract";
import ts from "typescript";
import { describe, expect, onTestFinished, test } from "vitest";

interface Order {
  readonly symbol: string;
  readonly qty: number;
}

class OwnOrder implements Order {
  readonly #client = "alex";
  readonly secret = "never sent";
  constructor(
    readonly symbol: string,
    readonly qty: number,
  ) {}
  get owner(): string {
    return this.#client;
  }
}

@service("Desk")
class Desk {
  ran = 0;

  @event()
  readonly placed = new Event<Order>();

  @expose()
  place(order: Order, note?: string, ...tags: string[]): string {
    this.ran++;
    return `${order.symbol} ${note ?? "-"} ${tags.join()}`;
  }

  @expose()
  wrong(): string {
    return 5 as never;
  }

  @expose()
  all(): Map<string, readonly (Order | null)[]> {
    return new Map([["mine", [new OwnOrder("AAPL", 1), null]]]);
  }

  @expose()
  tell(order: Order): void {
    this.placed.publish(
      "orders",
      order.qty === 0 ? (new OwnOrder(order.symbol, 7) as Order) : ({ symbol: order.symbol } as Order),
    );
  }
}

const order = { $ref: "#/types/Order" };
const text = { type: "string" };
const contract: Contract = {
  rpcContract: 1,
  name: "desk",
  hash: "sha256-a",
  services: {
    Desk: {
      hash: "sha256-b",
      members: {
        all: {
          kind: "call",
          params: [],
          result: { "x-js": { map: [text, { type: "array", items: { anyOf: [order, { type: "null" }] } }] } },
        },
        place: {
          kind: "call",
          params: [
            { name: "order", type: order },
            { name: "note", type: text, optional: true },
            { name: "tags", type: text, rest: true },
          ],
          result: text,
        },
        placed: { kind: "event", mode: "signal", payload: order },
        tell: { kind: "call", params: [{ name: "order", type: order }], result: { "x-js": "void" } },
        wrong: { kind: "call", params: [], result: text },
      },
    },
  },
  types: {
    Order: {
      type: "object",
      properties: { symbol: text, qty: { type: "number", minimum: 0 }, owner: text },
      required: ["qty", "symbol"],
    },
  },
};

async function start<Service extends object>(instance: Service, options: Partial<ServeOptions> = {}) {
  const transport = memory();
  const server = await serve([instance], { transports: [transport], listen: "memory:boundary", ...options });
  const client = await connect("memory:boundary", { transports: [transport] });
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  return client;
}

describe("a server with a contract", () => {
  test("refuses arguments before the method runs: path, expected, got", async () => {
    const desk = new Desk();
    const remote = (await start(desk, { contract })).service<Remote<Desk>>("Desk");
    await expect(remote.place({ symbol: "AAPL", qty: "1" } as never)).rejects.toMatchObject({
      code: "invalid_argument",
      outcome: "not-executed",
      message: 'Desk.place: order.qty: expected number with minimum 0, got "1"',
    });
    await expect(remote.place({ symbol: "AAPL", qty: 1 }, null as never)).rejects.toMatchObject({
      message: "Desk.place: note: expected string, got null",
    });
    await expect(remote.place({ symbol: "AAPL", qty: 1 }, "x", "a", 2 as never)).rejects.toMatchObject({
      message: "Desk.place: tags[1]: expected string, got 2",
    });
    await expect((remote.place as () => Promise<string>)()).rejects.toMatchObject({
      message: "Desk.place: order: expected Order, got undefined",
    });
    expect(desk.ran).toBe(0);
  });

  test("takes arguments that fit, left out ones and more than it knows of", async () => {
    const remote = (await start(new Desk(), { contract })).service<Remote<Desk>>("Desk");
    expect(await remote.place({ symbol: "AAPL", qty: 1 })).toBe("AAPL - ");
    expect(await remote.place({ symbol: "AAPL", qty: 1, more: true } as Order, undefined, "a", "b")).toBe(
      "AAPL - a,b",
    );
  });

  test("checks nothing that it is told not to", async () => {
    const remote = (await start(new Desk(), { contract, validate: { arguments: false } })).service<
      Remote<Desk>
    >("Desk");
    expect(await remote.place({ symbol: 5 } as never)).toBe("5 - ");
    expect(await remote.wrong()).toBe(5);
  });

  test("checks results and events in development", async () => {
    const client = await start(new Desk(), { contract, exposeErrors: true });
    const remote = client.service<Remote<Desk>>("Desk");
    await expect(remote.wrong()).rejects.toMatchObject({
      code: "internal",
      outcome: "executed",
      message: expect.stringContaining("expected string, got 5"),
    });
    await expect(remote.tell({ symbol: "A", qty: 1 })).rejects.toMatchObject({
      message: expect.stringContaining(".qty: expected number with minimum 0, got undefined"),
    });
  });

  test("sends instances of classes as the fields that the contract names", async () => {
    const client = await start(new Desk(), { contract });
    const remote = client.service<Remote<Desk>>("Desk");
    expect(await remote.all()).toEqual(
      new Map([["mine", [{ symbol: "AAPL", qty: 1, owner: "alex" }, null]]]),
    );
    const subscription = await remote.placed.subscribe();
    await remote.tell({ symbol: "B", qty: 0 });
    for await (const item of subscription) {
      expect(item).toMatchObject({ value: { symbol: "B", qty: 7, owner: "alex" } });
      expect((item as { value: object }).value).not.toHaveProperty("secret");
      break;
    }
  });

  test("does not start with a type that it cannot check", async () => {
    const members = {
      ...contract.services["Desk"]!.members,
      wrong: { kind: "call", params: [], result: { type: "string", pattern: "(a+)+" } },
    } as const;
    const broken = { ...contract, services: { Desk: { hash: "x", members } } };
    await expect(start(new Desk(), { contract: broken, exposeErrors: true })).rejects.toThrow(
      /the contract of Desk\.wrong: pattern/,
    );
  });
});

/** Compiles as `tsc` does with `emitDecoratorMetadata`, which Vitest does not. */
function compile(source: string): new () => object {
  const { Legacy, CommonJS } = { Legacy: true, CommonJS: ts.ModuleKind.CommonJS };
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: CommonJS,
      experimentalDecorators: Legacy,
      emitDecoratorMetadata: true,
      strict: true,
    },
  });
  const exports: Record<string, new () => object> = {};
  new Function("require", "exports", outputText)(() => core, exports);
  return exports["Till"]!;
}

describe("a server without a contract", () => {
  const Till = compile(`
    import { expose, service } from "@rpc/core";
    @service("Till")
    export class Till {
      @expose() add(amount: number, text: string | null, items: { a: string }[], exact?: boolean) { return typeof amount; }
      @expose() tag(...tags: string[]) { return tags.length; }
      @expose({ context: true }) who(context: unknown, name: string) { return name; }
    }`);
  interface Remotes {
    add(...args: unknown[]): Promise<string>;
    tag(...args: unknown[]): Promise<number>;
    who(...args: unknown[]): Promise<string>;
  }

  test("checks what tsc left of primitives and of their number", async () => {
    const till = (await start(new Till())).service<Remotes>("Till");
    await expect(till.add("1", "a", [])).rejects.toMatchObject({
      code: "invalid_argument",
      outcome: "not-executed",
      message: "Till.add: argument 1: expected number, got string",
    });
    await expect(till.add(1, "a", [], true, 5)).rejects.toMatchObject({
      message: "Till.add: expected at most 4 arguments, got 5",
    });
    await expect(till.who(5)).rejects.toMatchObject({
      message: "Till.who: argument 1: expected string, got number",
    });
  });

  test("pretends to nothing more", async () => {
    const till = (await start(new Till())).service<Remotes>("Till");
    expect(await till.add(1, null, "no array")).toBe("number");
    expect(await till.add()).toBe("undefined");
    expect(await till.tag("a", 1, null)).toBe(3);
    expect(await till.who("joe")).toBe("joe");
  });

  test("does not hold an override to what its base class said", async () => {
    class Wider extends Till {
      add(amount: unknown): string {
        return typeof amount;
      }
    }
    core.service("Wider")(Wider);
    expect(await (await start(new Wider())).service<Remotes>("Wider").add("text")).toBe("string");
  });
});
