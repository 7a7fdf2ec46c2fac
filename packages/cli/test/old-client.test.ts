import { pathToFileURL } from "node:url";
import { transpile } from "@rpc/codegen";
import { connect, Event, event, expose, serve, service } from "@rpc/core";
import type { Contract } from "@rpc/core/contract";
import type { RemoteEvent } from "@rpc/core/generated";
import { tcp } from "@rpc/transport-tcp";
import { describe, expect, onTestFinished, test } from "vitest";
import { createFolder } from "./project-folder.js";

/** The service as it was when the client was generated. */
const before = `import { Event, event, expose, service } from "@rpc/core";

export interface Order { symbol: string; quantity: number; note?: "it's \\\\ urgent" }

@service("Desk")
export class Desk {
  @event() readonly filled = new Event<Order>();
  @expose() price(symbol: string): number { return symbol.length; }
  @expose() place(order: Order): string { return order.symbol; }
  @expose() cancel(id: string): void { throw id; }
}
`;

/** The service as it is served now. */
const after = before
  .replace("quantity: number", "quantity: bigint")
  .replace("price(symbol: string)", "price(symbol: string, day?: Date)")
  .replace(/ {2}@expose\(\) cancel.*\n/, "");

@service("Desk")
class Desk {
  readonly ran: string[] = [];
  @event() readonly filled = new Event<unknown>();
  @expose() price(symbol: string): number {
    this.ran.push("price");
    return symbol.length;
  }
  @expose() place(order: { symbol: string }): string {
    this.ran.push("place");
    return order.symbol;
  }
}

@service("Desk")
class RenamedDesk {
  readonly ran: string[] = [];
  @event({ formerly: "traded" }) readonly filled = new Event<unknown>();
  @expose({ formerly: "quote" }) price(symbol: string): number {
    return symbol.length;
  }
  @expose({ formerly: "order" }) place(order: { symbol: string }): string {
    return order.symbol;
  }
}

interface OldDesk {
  readonly filled: RemoteEvent<unknown>;
  price(symbol: string): Promise<number>;
  place(order: object): Promise<string>;
  cancel(id: string): Promise<void>;
}

/** What `rpc generate` writes for a source. */
async function generate(source: string) {
  const { run, write, read, path } = createFolder();
  write("person.ts", source);
  const written = await run("generate", "--client", "client.ts", "--contract", "contract.json");
  expect(written).toMatchObject({ exitCode: 0, err: "" });
  write("client.js", await transpile("client.ts", read("client.ts")));
  const { DeskClient } = await import(/* @vite-ignore */ pathToFileURL(path("client.js")).href);
  return { contract: JSON.parse(read("contract.json")) as Contract, DeskClient };
}

/** A server of one source, and over TCP a client that was generated from another. */
async function meet(served: string, generated: string, desk: Desk | RenamedDesk = new Desk()) {
  const { contract } = await generate(served);
  const { DeskClient } = await generate(generated);
  const server = await serve([desk], { transports: [tcp()], listen: "tcp://127.0.0.1:0", contract });
  onTestFinished(() => server.close({ graceMs: 0 }));
  const client = await connect(server.urls[0], { transports: [tcp()] });
  onTestFinished(() => client.close());
  return {
    desk,
    client: client.service<OldDesk>(DeskClient),
    hash: contract.services["Desk"]!.hash,
    DeskClient,
  };
}

describe("a generated client of an older contract, over TCP", () => {
  test("goes on with what fits, and is told by member and rule what does not", async () => {
    const { desk, client, hash, DeskClient } = await meet(after, before);
    expect(DeskClient.service.hash).not.toBe(hash);

    await expect(client.place({ symbol: "AAPL", quantity: 1 })).rejects.toMatchObject({
      code: "failed_precondition",
      outcome: "not-executed",
      message: expect.stringMatching(
        /^Desk\.place: .*wire-tag-changed at Order\.quantity.*generate the client anew$/,
      ),
    });
    await expect(client.filled.subscribe()).rejects.toMatchObject({
      code: "failed_precondition",
      message: expect.stringMatching(/^Desk\.filled: .*wire-tag-changed/),
    });
    await expect(client.cancel("1")).rejects.toMatchObject({ code: "unimplemented" });
    expect(await client.price("AAPL")).toBe(4);
    expect(desk.ran).toEqual(["price"]);
  });

  test("uses everything when nothing that it knows has changed", async () => {
    const { client } = await meet(after, after.replace("day?: Date", ""));
    await client.filled.subscribe();
    expect(await client.price("AAPL")).toBe(4);
    expect(await client.place({ symbol: "AAPL", quantity: 1n })).toBe("AAPL");
  });

  test("reaches a member by the name that it had, and is told by that name when it does not fit", async () => {
    const older = before
      .replace("price(", "quote(")
      .replace("place(", "order(")
      .replace(" filled ", " traded ");
    const renamed = after
      .replace("@expose() price(", '@expose({ formerly: "quote" }) price(')
      .replace("@expose() place(", '@expose({ formerly: "order" }) place(')
      .replace("@event() ", '@event({ formerly: "traded" }) ');
    const { client } = await meet(renamed, older, new RenamedDesk());
    const old = client as unknown as Record<"quote" | "order", (value: unknown) => Promise<unknown>>;
    expect(await old.quote("AAPL")).toBe(4);
    await expect(old.order({ symbol: "AAPL", quantity: 1 })).rejects.toMatchObject({
      code: "failed_precondition",
      message: expect.stringMatching(/^Desk\.order: .*wire-tag-changed/),
    });
  });
});
