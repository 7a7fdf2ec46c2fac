import { Event, type EventItem, event, type Remote, RpcError, service } from "@rpc/core";
import { Simulation } from "@rpc/core/testing";
import { describe, expect, test } from "vitest";

interface Quote {
  readonly symbol: string;
  readonly price: number;
}

@service("Board")
class Board {
  @event({ mode: "latest", key: (quote: Quote) => quote.symbol, maxKeys: 1_000 }) readonly quotes =
    new Event<Quote>();
  @event({ mode: "table", key: "symbol", maxKeys: 3 }) readonly rows = new Event<Quote>();
  @event() readonly plain = new Event<Quote>();
}

async function open(simulation: Simulation, limits = {}) {
  const board = new Board();
  const server = await simulation.serve([board], { listen: "sim:board", limits });
  const client = await simulation.connect("sim:board");
  const close = async () => {
    await client.close();
    await server.close();
  };
  return { board, server, client, remote: client.service<Remote<Board>>("Board"), close };
}

describe("latest", () => {
  test("gives a reader who looks once a second the newest of 1,000 keys, and holds no more than the keys", async () => {
    await new Simulation(1).run(async (simulation) => {
      const { board, server, remote, close } = await open(simulation);
      const newest = new Map<string, number>();
      let taken = 0;
      await remote.quotes.subscribe("", (item) => {
        if (item.kind !== "live") throw new Error(`unexpected ${item.kind}`);
        expect(item.value.price).toBeGreaterThan(newest.get(item.value.symbol) ?? 0);
        newest.set(item.value.symbol, item.value.price);
        taken += 1;
        return taken % 2_000 === 0 ? simulation.sleep(1_000) : undefined;
      });
      for (let price = 1; price <= 100; price++) {
        for (let key = 0; key < 1_000; key++) board.quotes.publish("all", { symbol: `s${key}`, price });
        await simulation.sleep(100);
        expect(server.stats().sessions[0]!.queuedEvents).toBeLessThanOrEqual(1_000);
      }
      await simulation.sleep(20_000);
      expect(newest.size).toBe(1_000);
      expect(new Set(newest.values())).toEqual(new Set([100]));
      expect(taken).toBeLessThan(100_000);
      await close();
    });
  });

  test("gives every key its turn, though all change faster than they are read", async () => {
    await new Simulation(2).run(async (simulation) => {
      const { board, remote, close } = await open(simulation);
      const seen = new Set<string>();
      await remote.quotes.subscribe("", async (item) => {
        if (item.kind === "live") seen.add(item.value.symbol);
        await simulation.sleep(1);
      });
      for (let price = 1; price <= 40; price++) {
        for (let key = 0; key < 1_000; key++) board.quotes.publish("all", { symbol: `s${key}`, price });
        await simulation.sleep(100);
      }
      expect(seen.size).toBe(1_000);
      await close();
    });
  });

  test("sends fresh values and a mark after the session was lost", async () => {
    await new Simulation(3).run(async (simulation) => {
      const { board, remote, close } = await open(simulation, {
        sessionRetentionMs: 1_000,
        heartbeatMs: 100,
      });
      const seen: string[] = [];
      await remote.quotes.subscribe("", (item) => seen.push(describeItem(item)));
      board.quotes.publish("a", { symbol: "A", price: 1 });
      await simulation.sleep(50);
      for (const link of simulation.network.links) link.freeze("both");
      board.quotes.publish("a", { symbol: "A", price: 2 });
      await simulation.sleep(30_000);
      expect(seen).toEqual(["live A 1", "snapshot A 2", "mark"]);
      await close();
    });
  });
});

describe("table", () => {
  test("tells a row that this subscriber cannot take behind the mark, and gives it the others", () => {
    return new Simulation(8).run(async (simulation) => {
      const { board, close } = await open(simulation);
      const small = await simulation.connect("sim:board", { limits: { maxPacketBytes: 2_048 } });
      board.rows.publish("x", { symbol: "A", price: 1 });
      board.rows.publish("x", { symbol: "B", price: 1, note: "x".repeat(3_000) } as Quote);
      board.rows.publish("x", { symbol: "C", price: 1 });
      const seen: string[] = [];
      await small.service<Remote<Board>>("Board").rows.subscribe("", (item) => seen.push(describeItem(item)));
      await simulation.sleep(50);
      expect(seen).toEqual(["snapshot A 1", "snapshot C 1", "mark", "gap"]);
      await small.close();
      await close();
    });
  });
});

describe("a slow reader of a table", () => {
  test("is told a gap and gets the snapshot again, with what it missed", () => {
    return new Simulation(9).run(async (simulation) => {
      const { board, close } = await open(simulation, { subscriptionQueueItems: 8 });
      const slow = await simulation.connect("sim:board", { limits: { subscriptionCreditItems: 4 } });
      const seen: string[] = [];
      let release: (() => void) | undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await slow.service<Remote<Board>>("Board").rows.subscribe("", (item) => {
        seen.push(describeItem(item));
        return seen.length === 1 ? held : undefined;
      });
      await simulation.sleep(50);
      for (let price = 1; price <= 3; price++) board.rows.publish("x", { symbol: "A", price });
      board.rows.publish("x", { symbol: "B", price: 7 });
      for (let price = 4; price <= 11; price++) board.rows.publish("x", { symbol: "A", price });
      release?.();
      await simulation.sleep(1_000);
      expect(seen).toEqual(["mark", "gap", "snapshot A 11", "snapshot B 7", "mark"]);
      await slow.close();
      await close();
    });
  });
});

describe("keys", () => {
  test("one more than maxKeys is refused, and nobody got it; a removed one makes room", () => {
    return new Simulation(4).run(async (simulation) => {
      const { board, remote, close } = await open(simulation);
      for (const symbol of ["A", "B", "C"]) board.rows.publish("x", { symbol, price: 1 });
      expect(() => board.rows.publish("x", { symbol: "D", price: 1 })).toThrow("maxKeys (3)");
      board.rows.remove("A");
      board.rows.publish("x", { symbol: "D", price: 1 });
      const seen: string[] = [];
      await remote.rows.subscribe("", (item) => seen.push(describeItem(item)));
      await simulation.sleep(50);
      expect(seen).toEqual(["snapshot B 1", "snapshot C 1", "snapshot D 1", "mark"]);
      await close();
    });
  });

  test("a value without a key, a key of another topic, and removing where there are no keys are refused", () => {
    return new Simulation(5).run(async (simulation) => {
      const { board, close } = await open(simulation);
      expect(() => board.rows.publish("x", { price: 1 } as Quote)).toThrow("expected a key");
      board.rows.publish("x", { symbol: "A", price: 1 });
      expect(() => board.rows.publish("y", { symbol: "A", price: 1 })).toThrow("belongs to topic x");
      expect(() => board.plain.remove("A")).toThrow(RpcError);
      await close();
    });
  });

  test("the values of all keys are bounded by historyBytes", () => {
    return new Simulation(6).run(async (simulation) => {
      const { board, close } = await open(simulation, { historyBytes: 1_000 });
      const large = (symbol: string) => ({ symbol, price: 1, note: "x".repeat(600) });
      board.rows.publish("x", large("A"));
      board.rows.publish("x", large("A"));
      expect(() => board.rows.publish("x", large("B"))).toThrow("historyBytes");
      board.rows.remove("A");
      board.rows.publish("x", large("B"));
      await close();
    });
  });

  test("that come and go while nobody reads are bounded: a gap, then a snapshot and its mark", () => {
    return new Simulation(7).run(async (simulation) => {
      const { board, server, remote, close } = await open(simulation, { subscriptionQueueItems: 16 });
      const seen: string[] = [];
      let hold: (() => void) | undefined;
      const held = new Promise<void>((resolve) => {
        hold = resolve;
      });
      await remote.quotes.subscribe("", (item) => {
        seen.push(describeItem(item));
        return seen.length === 1 ? held : undefined;
      });
      for (let key = 0; key < 5_000; key++) {
        board.quotes.publish("a", { symbol: `s${key}`, price: key });
        board.quotes.remove(`s${key}`);
        if (key % 100 === 0) await simulation.sleep(10);
        expect(server.stats().sessions[0]!.queuedEvents).toBeLessThanOrEqual(1_020);
      }
      board.quotes.publish("a", { symbol: "last", price: 1 });
      hold?.();
      await simulation.sleep(1_000);
      expect(seen).toContain("gap");
      const afterMark = seen.slice(seen.lastIndexOf("gap"));
      expect(afterMark).toContain("mark");
      expect(afterMark.some((item) => item.endsWith("last 1"))).toBe(true);
      await close();
    });
  });
});

function describeItem(item: EventItem<Quote>): string {
  if (item.kind === "gap" || item.kind === "mark") return item.kind;
  return item.kind === "removed"
    ? `removed ${item.key}`
    : `${item.kind} ${item.value.symbol} ${item.value.price}`;
}
