import {
  type CallContext,
  connect,
  expose,
  memory,
  type Remote,
  type StandardSchema,
  serve,
  service,
} from "@rpc/core";
import type { Contract } from "@rpc/core/contract";
import * as v from "valibot";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";

interface Order {
  readonly symbol: string;
  readonly legs: readonly { readonly quantity: number }[];
}

const zodOrder = z.object({
  symbol: z.string().trim().toUpperCase().min(1),
  legs: z.array(z.object({ quantity: z.number().int().positive() })),
});
const known = new Set(["AAPL", "MSFT"]);
const valibotSymbol = v.pipeAsync(
  v.string(),
  v.checkAsync(async (symbol) => known.has(symbol), "no such symbol"),
);

/** Says when it is asked, and answers when it is told to. */
const gate = { asked: () => {}, open: () => {} };
const gatedSchema: StandardSchema = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      new Promise((resolve) => {
        gate.open = () => resolve({ value });
        gate.asked();
      }),
  },
};

@service("Desk")
class Desk {
  readonly got: unknown[][] = [];

  @expose({ args: [zodOrder, z.string().default("none")] })
  place(order: Order, note?: string): string {
    this.got.push([order, note]);
    return order.symbol;
  }

  @expose({ args: [undefined, valibotSymbol], context: true })
  async price(context: CallContext, day: number, symbol: string): Promise<string> {
    this.got.push([context.method, day, symbol]);
    return `${symbol} on ${day}`;
  }

  @expose({ args: [gatedSchema] })
  gated(symbol: string): void {
    this.got.push([symbol]);
  }

  @expose({ args: [zodOrder], once: { windowMs: 60_000 } })
  once(order: Order): string {
    this.got.push([order]);
    return order.symbol;
  }
}

/** As callers see it: without the context. */
type CalledDesk = Omit<Desk, "price"> & { price(day: number, symbol: string): string };

const order = { symbol: " aapl ", legs: [{ quantity: 1 }] };

async function start(contract?: Contract) {
  const desk = new Desk();
  const transport = memory();
  const server = await serve([desk], {
    transports: [transport],
    listen: "memory:schemas",
    ...(contract !== undefined && { contract }),
  });
  onTestFinished(() => server.close());
  const client = await connect("memory:schemas", { transports: [transport] });
  onTestFinished(() => client.close());
  return { desk, client, remote: client.service<Remote<CalledDesk>>("Desk") };
}

describe("schemas of @expose({ args })", () => {
  test("give the method what they make of its arguments, defaults too", async () => {
    const { desk, remote } = await start();
    expect(await remote.place(order)).toBe("AAPL");
    expect(desk.got).toEqual([[{ symbol: "AAPL", legs: [{ quantity: 1 }] }, "none"]]);
  });

  test("refuse arguments before the method runs, with the way to the culprit", async () => {
    const { desk, remote } = await start();
    await expect(
      remote.place({ symbol: "", legs: [{ quantity: 1 }, { quantity: -1 }] }),
    ).rejects.toMatchObject({
      code: "invalid_argument",
      outcome: "not-executed",
      message: expect.stringMatching(/^Desk\.place: argument 1\.symbol: .* \(and 1 more\)$/),
      details: {
        issues: [
          { path: "argument 1.symbol", message: expect.any(String) },
          { path: "argument 1.legs[1].quantity", message: expect.any(String) },
        ],
      },
    });
    expect(desk.got).toEqual([]);
  });

  test("may take their time, beside arguments without one and the context", async () => {
    const { desk, remote } = await start();
    expect(await remote.price(7, "MSFT")).toBe("MSFT on 7");
    await expect(remote.price(7, "XXXX")).rejects.toMatchObject({
      code: "invalid_argument",
      outcome: "not-executed",
      message: "Desk.price: argument 2: no such symbol",
    });
    expect(desk.got).toEqual([["price", 7, "MSFT"]]);
  });

  test("do not start a method whose caller gave up meanwhile", async () => {
    const { desk, client } = await start();
    const stop = new AbortController();
    const patient = client.$with({ signal: stop.signal }).service<Remote<CalledDesk>>("Desk");
    const asked = new Promise<void>((resolve) => {
      gate.asked = resolve;
    });
    const call = patient.gated("A");
    await asked;
    stop.abort();
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    // In the order they were sent: when this is answered, the server knows of the cancel.
    await client.service<Remote<CalledDesk>>("Desk").place(order);
    gate.open();
    await client.service<Remote<CalledDesk>>("Desk").place(order);
    expect(desk.got.map(([first]) => first)).not.toContain("A");
  });

  test("leave no outcome behind for a key that they refused", async () => {
    const { desk, client } = await start();
    const keyed = client.$with({ key: "intent-1" }).service<Remote<CalledDesk>>("Desk");
    await expect(keyed.once({ symbol: "", legs: [] })).rejects.toMatchObject({ code: "invalid_argument" });
    expect(await keyed.once(order)).toBe("AAPL");
    expect(desk.got).toHaveLength(1);
  });

  test("name parameters where a contract does, after its own check", async () => {
    const params = [
      { name: "order", type: { "x-js": "any" } },
      { name: "note", type: { type: "string" }, optional: true },
    ] as const;
    const result = { type: "string" } as const;
    const any = { kind: "call", params: [], result: { "x-js": "any" } } as const;
    const members = { gated: any, once: any, place: { kind: "call", params, result }, price: any } as const;
    const { remote } = await start({
      rpcContract: 1,
      name: "desk",
      hash: "x",
      services: { Desk: { hash: "y", members } },
      types: {},
    });
    await expect(remote.place(order, 5 as never)).rejects.toMatchObject({
      message: "Desk.place: note: expected string, got 5",
    });
    await expect(remote.place({ ...order, symbol: 5 } as never)).rejects.toMatchObject({
      message: expect.stringMatching(/^Desk\.place: order\.symbol: /),
    });
  });

  test("tell no more than sixteen issues", async () => {
    const { remote } = await start();
    const legs = Array.from({ length: 100 }, () => ({ quantity: 0 }));
    const error = await remote.place({ symbol: "A", legs }).catch((reason: unknown) => reason);
    expect((error as { details: { issues: unknown[] } }).details.issues).toHaveLength(16);
    expect((error as Error).message).toMatch(/\(and 99 more\)$/);
  });

  test.each<[unknown, string]>([
    [zodOrder, "args of place must be an array of schemas, one for each argument; got an object"],
    [[{}], 'args[0] of place is no Standard Schema (it has no "~standard"); got an object'],
    [[null], 'args[0] of place is no Standard Schema (it has no "~standard"); got null'],
  ])("are looked at when the class is decorated (%#)", (args, message) => {
    const decorate = () => {
      class Wrong {
        @expose({ args: args as StandardSchema[] })
        place(): void {}
      }
      return Wrong;
    };
    expect(decorate).toThrow(new TypeError(`@expose: ${message}`));
  });
});
