import { createHash } from "node:crypto";
import {
  connect,
  Event,
  event,
  expose,
  memory,
  type ServeOptions,
  type ServiceCaller,
  serve,
  service,
} from "@rpc/core";
import { type Contract, hashServiceText, type MemberContract, type TypeSchema } from "@rpc/core/contract";
import type { RemoteEvent } from "@rpc/core/generated";
import { describe, expect, onTestFinished, test } from "vitest";

const text: TypeSchema = { type: "string" };
const number: TypeSchema = { type: "number" };

@service("Desk")
class Desk {
  readonly ran: string[] = [];
  @event() readonly told = new Event<number>();
  @event() readonly said = new Event<string>();

  @expose()
  price(symbol: string): number {
    this.ran.push("price");
    return symbol.length;
  }

  @expose()
  place(order: { symbol: string; qty: bigint }): string {
    this.ran.push("place");
    return order.symbol;
  }
}

const call = (type: TypeSchema, result: TypeSchema): MemberContract => ({
  kind: "call",
  params: [{ name: "value", type }],
  result,
});
const tells = (payload: TypeSchema): MemberContract => ({ kind: "event", mode: "signal", payload });
const orderOf = (qty: TypeSchema): TypeSchema => ({
  type: "object",
  properties: { symbol: text, qty },
  required: ["qty", "symbol"],
});

const members = {
  place: call({ $ref: "#/types/Order" }, text),
  price: call(text, number),
  said: tells(text),
  told: tells(number),
};
const own: Contract = {
  rpcContract: 1,
  name: "desk",
  hash: "x",
  services: { Desk: { hash: "sha256-own", members } },
  types: { Order: orderOf({ "x-js": "bigint" }) },
};

/** What codegen writes for a client of an older contract, by hand. */
function oldClient(
  edit: { members?: Record<string, MemberContract>; contract?: string | null; hash?: string } = {},
) {
  const old = {
    ...members,
    place: call({ $ref: "#/types/Order" }, text),
    gone: call(text, text),
    told: tells(text),
    ...edit.members,
  };
  const told =
    edit.contract ??
    JSON.stringify({ name: "Desk", service: { members: old }, types: { Order: orderOf(number) } });
  const hash = edit.hash ?? `sha256-${createHash("sha256").update(told).digest("base64url")}`;
  return class DeskClient {
    static readonly service = {
      name: "Desk",
      hash,
      members: Object.keys(old).sort(),
      ...(edit.contract !== null && { contract: told }),
    };
    readonly #caller: ServiceCaller;
    readonly told: RemoteEvent<unknown>;
    readonly said: RemoteEvent<unknown>;
    constructor(caller: ServiceCaller) {
      this.#caller = caller;
      this.told = caller.event("told");
      this.said = caller.event("said");
    }
    run(method: string, ...args: unknown[]): Promise<unknown> {
      return this.#caller.call(method, args);
    }
  };
}

async function start(options: Partial<ServeOptions> = {}) {
  const desk = new Desk();
  const transport = memory();
  const server = await serve([desk], {
    transports: [transport],
    listen: "memory:contracts",
    contract: own,
    ...options,
  });
  const open = async () => {
    const client = await connect("memory:contracts", { transports: [transport] });
    onTestFinished(() => client.close());
    return client;
  };
  onTestFinished(() => server.close());
  return { desk, open };
}

describe("a client with another contract", () => {
  test("goes on with what fits, and is told by name and rule what does not, also in the first call", async () => {
    const { desk, open } = await start();
    const client = (await open()).service(oldClient());
    const first = await Promise.allSettled([
      client.run("place", { symbol: "A", qty: 1 }),
      client.run("price", "AB"),
    ]);
    expect(first).toMatchObject([
      {
        reason: {
          code: "failed_precondition",
          outcome: "not-executed",
          message:
            "Desk.place: the client's contract does not fit the server's: wire-tag-changed at Order.qty: number and bigint are different types on the wire; generate the client anew",
        },
      },
      { value: 2 },
    ]);
    await expect(client.run("place", { symbol: "A", qty: 1n })).rejects.toMatchObject({
      code: "failed_precondition",
    });
    expect(desk.ran).toEqual(["price"]);
  });

  test("subscribes to events that fit only", async () => {
    const { open } = await start();
    const client = (await open()).service(oldClient());
    await expect(client.told.subscribe()).rejects.toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("output-type-changed"),
    });
    await (await client.said.subscribe()).unsubscribe();
  });

  test("learns nothing about a name that is not there", async () => {
    const { open } = await start();
    const client = (await open()).service(oldClient());
    await expect(client.run("gone", "a")).rejects.toMatchObject({
      code: "unimplemented",
      message: "no method Desk.gone",
    });
  });

  test("tells its contract once; the next session of its kind is judged at once", async () => {
    const { open } = await start();
    const Old = oldClient();
    await expect((await open()).service(Old).run("place", {})).rejects.toMatchObject({
      code: "failed_precondition",
    });
    // This one has the same hash and could tell nothing: the verdict is known.
    const mute = oldClient({ contract: null, hash: Old.service.hash });
    await expect((await open()).service(mute).run("place", {})).rejects.toMatchObject({
      code: "failed_precondition",
    });
  });

  test("is called by name, checked by its arguments, when it has no contract to tell", async () => {
    const { open } = await start();
    const client = (await open()).service(oldClient({ contract: null, hash: "sha256-unknown" }));
    expect(await client.run("price", "ABC")).toBe(3);
    await expect(client.run("place", { symbol: "A", qty: 1 })).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  test("cannot speak for others: a contract that is not the one of its hash counts for nothing", async () => {
    const { open } = await start();
    const Old = oldClient();
    const liar = oldClient({
      contract: JSON.stringify({
        name: "Desk",
        service: { members: { price: call(number, number) } },
        types: {},
      }),
      hash: Old.service.hash,
    });
    expect(await (await open()).service(liar).run("price", "A")).toBe(1);
    const honest = (await open()).service(Old);
    expect(await honest.run("price", "AB")).toBe(2);
    await expect(honest.run("place", {})).rejects.toMatchObject({ code: "failed_precondition" });
  });

  test("does not get in the way of a client with the server's contract in the same session", async () => {
    const { open } = await start();
    const client = await open();
    const current = client.service(oldClient({ members: {}, contract: null, hash: "sha256-own" }));
    await expect(client.service(oldClient()).run("place", {})).rejects.toMatchObject({
      code: "failed_precondition",
    });
    expect(await current.run("price", "A")).toBe(1);
  });

  test("a call that is cancelled while it waits for the verdict is not run", async () => {
    const { desk, open } = await start();
    const Old = oldClient();
    const client = await open();
    const controller = new AbortController();
    let caller: ServiceCaller | undefined;
    client.service(
      class extends Old {
        constructor(given: ServiceCaller) {
          super(given);
          caller = given;
        }
      },
    );
    const pending = caller!.with({ signal: controller.signal }).call("price", ["A"]);
    controller.abort();
    await expect(pending).rejects.toMatchObject({ code: "cancelled" });
    expect(await caller!.call("price", ["A"])).toBe(1);
    expect(desk.ran).toEqual(["price"]);
  });
});

test("the hash of a service's text is SHA-256, whatever its length", () => {
  for (let length = 0; length < 200; length++) {
    const told = "é".repeat(length % 7) + "a".repeat(length);
    expect(hashServiceText(told)).toBe(`sha256-${createHash("sha256").update(told).digest("base64url")}`);
  }
});
