import { Event, type EventItem, event, type Remote, type SubscribeOptions, service } from "@rpc/core";
import { Simulation } from "@rpc/core/testing";
import { describe, expect, test } from "vitest";

interface Quote {
  readonly symbol: string;
  readonly price: number;
}

@service("Board")
class Board {
  @event({ mode: "latest", key: "symbol" }) readonly quotes = new Event<Quote>();
  @event({ mode: "table", key: "symbol" }) readonly rows = new Event<Quote>();
  @event() readonly alarms = new Event<number>();
  @event({ mode: "log" }) readonly fills = new Event<number>();
}

async function open(simulation: Simulation) {
  const board = new Board();
  const server = await simulation.serve([board], { listen: "sim:board" });
  const client = await simulation.connect("sim:board");
  const close = async () => {
    await client.close();
    await server.close();
  };
  return { board, server, client, remote: client.service<Remote<Board>>("Board"), close };
}

describe("a subscription with maxRate", () => {
  test.each(["quotes", "rows"] as const)(
    "gets so many changes a second, always the newest: %s",
    async (name) => {
      await new Simulation(1).run(async (simulation) => {
        const { board, server, remote, close } = await open(simulation);
        const items: (EventItem<Quote> & { readonly heardAt: number })[] = [];
        const other: number[] = [];
        await remote[name].subscribe("", (item) => items.push({ ...item, heardAt: simulation.clock.now() }), {
          maxRate: 10,
        });
        await remote[name].subscribe("", (item) => {
          if (item.kind === "live") other.push(item.value.price);
        });
        await simulation.sleep(100);
        items.length = 0;
        for (let price = 1; price <= 1_000; price++) {
          board[name].publish("all", { symbol: "A", price });
          await simulation.sleep(10);
        }
        await simulation.sleep(1_000);
        expect(other).toHaveLength(1_000);
        expect(items.length).toBeGreaterThan(90);
        expect(items.length).toBeLessThanOrEqual(103);
        expect(items.every(({ kind }) => kind === "live")).toBe(true);
        expect(items.at(-1)).toMatchObject({ value: { price: 1_000 } });
        expect(server.stats().sessions[0]).toMatchObject({ queuedEvents: 0, droppedEvents: 0 });
        await close();
      });
    },
  );

  test("gives every key its turn, and a snapshot at once", async () => {
    await new Simulation(2).run(async (simulation) => {
      const { board, remote, close } = await open(simulation);
      for (let key = 0; key < 500; key++) board.rows.publish("all", { symbol: `s${key}`, price: 0 });
      const seen: EventItem<Quote>[] = [];
      await remote.rows.subscribe("", (item) => seen.push(item), { maxRate: 100 });
      await simulation.sleep(200);
      expect(seen.map(({ kind }) => kind)).toEqual([...Array(500).fill("snapshot"), "mark"]);
      seen.length = 0;
      for (let price = 1; price <= 20; price++) {
        for (let key = 0; key < 500; key++) board.rows.publish("all", { symbol: `s${key}`, price });
        await simulation.sleep(500);
      }
      board.rows.remove("s0");
      await simulation.sleep(6_000);
      expect(seen.length).toBeLessThanOrEqual(100 * 16.2 + 10);
      const symbols = new Set(seen.map((item) => (item.kind === "live" ? item.value.symbol : item.kind)));
      expect(symbols.size).toBe(501);
      await close();
    });
  });

  test("slows no publisher that waits for room, and no server that closes", async () => {
    await new Simulation(3).run(async (simulation) => {
      const { board, server, client, remote } = await open(simulation);
      const seen: number[] = [];
      await remote.rows.subscribe(
        "",
        (item) => {
          if (item.kind === "live") seen.push(item.value.price);
        },
        { maxRate: 0.01 },
      );
      await simulation.sleep(100);
      for (let price = 1; price <= 3_000; price++) board.rows.publish("all", { symbol: `s${price}`, price });
      await board.rows.drained();
      const begun = simulation.clock.now();
      await server.close();
      expect(simulation.clock.now() - begun).toBeLessThan(1_000);
      expect(seen).toHaveLength(3_000);
      await client.close();
    });
  });

  test.each(["alarms", "fills"] as const)("is refused where nothing may give way: %s", async (name) => {
    await new Simulation(4).run(async (simulation) => {
      const { remote, close } = await open(simulation);
      const mode = name === "alarms" ? "signal" : "log";
      await expect(remote[name].subscribe("", () => {}, { maxRate: 10 })).rejects.toMatchObject({
        code: "invalid_argument",
        outcome: "not-executed",
        message: `Board.${name}: maxRate goes with mode latest and table, whose changes give way to newer ones; events of mode ${mode} do not`,
      });
      await close();
    });
  });

  test.each([0, -1, Number.NaN, Infinity, "10"])("of %s is a mistake", async (maxRate) => {
    await new Simulation(5).run(async (simulation) => {
      const { remote, close } = await open(simulation);
      await expect(remote.quotes.subscribe("", { maxRate } as SubscribeOptions)).rejects.toThrow(
        new TypeError(
          `subscribe: maxRate must be a number of items a second above 0, got ${String(maxRate)}`,
        ),
      );
      await close();
    });
  });
});
