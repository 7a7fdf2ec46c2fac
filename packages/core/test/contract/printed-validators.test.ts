import { connect, expose, memory, type Remote, type ServeOptions, serve, service } from "@rpc/core";
import type { Contract, TypeSchema, Validators } from "@rpc/core/contract";
import { expect, onTestFinished, test } from "vitest";

interface Order {
  readonly symbol: string;
}

@service("Desk")
class Desk {
  @expose()
  place(order: Order): string {
    return order.symbol;
  }
  @expose()
  many(orders: readonly Order[]): number {
    return orders.length;
  }
}

const order: TypeSchema = { $ref: "#/types/Order" };
const method = (name: string, type: TypeSchema) =>
  ({ kind: "call", params: [{ name, type }], result: { "x-js": "any" } }) as const;
const contract: Contract = {
  rpcContract: 1,
  name: "desk",
  hash: "sha256-own",
  services: {
    Desk: {
      hash: "y",
      members: { place: method("order", order), many: method("orders", { type: "array", items: order }) },
    },
  },
  types: { Order: { type: "object", properties: { symbol: { type: "string" } }, required: ["symbol"] } },
};

/** What codegen prints, with a count of how often it is asked. */
function printed() {
  const asked = { types: 0, arguments: 0 };
  const isOrder = (value: Order) => {
    asked.types++;
    return typeof value?.symbol === "string";
  };
  const validators: Validators = {
    contract: "sha256-own",
    types: { Order: isOrder },
    arguments: {
      "Desk.place": (args) => {
        asked.arguments++;
        return isOrder(args[0]);
      },
    },
  };
  return { asked, validators };
}

async function start(options: Partial<ServeOptions>) {
  const transport = memory();
  const server = await serve([new Desk()], { transports: [transport], listen: "memory:printed", ...options });
  onTestFinished(() => server.close());
  const client = await connect("memory:printed", { transports: [transport] });
  onTestFinished(() => client.close());
  return client.service<Remote<Desk>>("Desk");
}

test("printed validators say yes, and the contract says why not", async () => {
  const { asked, validators } = printed();
  const remote = await start({ contract, validators });
  expect(await remote.place({ symbol: "A" })).toBe("A");
  expect(asked).toEqual({ types: 1, arguments: 1 });
  expect(await remote.many([{ symbol: "A" }, { symbol: "B" }])).toBe(2);
  expect(asked).toEqual({ types: 3, arguments: 1 });
  await expect(remote.place({ symbol: 5 } as never)).rejects.toMatchObject({
    code: "invalid_argument",
    message: "Desk.place: order.symbol: expected string, got 5",
  });
});

test("are not asked where arguments are not checked", async () => {
  const { asked, validators } = printed();
  const remote = await start({ contract, validators, validate: { arguments: false } });
  expect(await remote.place({ symbol: 5 } as never)).toBe(5);
  expect(asked).toEqual({ types: 0, arguments: 0 });
});

test("belong to their contract", async () => {
  const { validators } = printed();
  await expect(start({ contract: { ...contract, hash: "sha256-new" }, validators })).rejects.toThrow(
    "serve got the validators of the contract sha256-own and the contract sha256-new; run rpc generate, which writes both",
  );
  await expect(start({ validators })).rejects.toThrow("validators need the contract they were written with");
  await expect(start({ contract, validators: { types: {} } as never })).rejects.toThrow(
    "serve: validators must be what rpc generate --validators wrote; got an object",
  );
});
