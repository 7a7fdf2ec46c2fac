import {
  type CallContext,
  type Caller,
  Event,
  type EventItem,
  event,
  expose,
  type Remote,
  type RemoteEvent,
  type ServeOptions,
  service,
} from "@rpc/core";
import { Simulation } from "@rpc/core/testing";
import { describe, expect, test } from "vitest";
import { RecordingLogger } from "../recording-logger.js";

interface Trader {
  readonly name: string;
  readonly desk: string;
  readonly supervisor: boolean;
}

interface Order {
  readonly id: string;
  readonly amount: number;
}

const mayTrade = ({ identity }: Caller) => (identity as Trader | undefined)?.desk !== "guests";

/** Own topics, and all of them for a supervisor. */
const ofDesk = ({ identity }: Caller, topic: string) => {
  const { desk, supervisor } = identity as Trader;
  return supervisor || topic.startsWith(`${desk}.`);
};

@service("Desk", { allow: mayTrade })
class Desk {
  placed: string[] = [];
  @event({ mode: "log", allow: ofDesk }) readonly fills = new Event<number>();
  @event({ mode: "table", key: "id", allow: ofDesk }) readonly orders = new Event<Order>();
  @event({ mode: "latest", allow: ofDesk }) readonly marks = new Event<number>();
  @event({ allow: ofDesk }) readonly alarms = new Event<string>();
  @event() readonly news = new Event<string>();
  @event({
    allow: () => {
      throw new Error("secret");
    },
  })
  readonly broken = new Event<string>();

  @expose({ allow: ({ identity }, account: string) => account === (identity as Trader).desk })
  place(account: string): void {
    this.placed.push(account);
  }
  @expose({ allow: () => true }) ping(): string {
    return "pong";
  }
  @expose() price(): number {
    return 1;
  }
  @expose({
    allow: () => {
      throw new Error("secret");
    },
  })
  fails(): void {
    this.placed.push("fails");
  }
  @expose({ allow: (() => Promise.resolve(true)) as unknown as () => boolean }) late(): void {
    this.placed.push("late");
  }
  @expose({ context: true, allow: ({ identity }) => (identity as Trader).supervisor })
  async *all(_context: CallContext): AsyncGenerator<string> {
    yield* this.placed;
  }
  @expose({ oneway: true, allow: ({ identity }) => (identity as Trader).supervisor }) log(
    line: string,
  ): void {
    this.placed.push(line);
  }
  @expose({
    once: { windowMs: 60_000 },
    allow: ({ identity }) => (identity as Trader).supervisor,
  })
  buy(account: string): number {
    return this.placed.push(account);
  }
}

const ann: Trader = { name: "ann", desk: "fx", supervisor: false };
const bob: Trader = { name: "bob", desk: "rates", supervisor: false };
const sue: Trader = { name: "sue", desk: "risk", supervisor: true };
const guest: Trader = { name: "guest", desk: "guests", supervisor: false };

async function open(simulation: Simulation, options: Partial<ServeOptions> = {}) {
  const desk = new Desk();
  const logger = new RecordingLogger();
  const server = await simulation.serve([desk], {
    listen: "sim:desk",
    authenticate: (credentials) => credentials,
    outcomeScope: (identity) => (identity as Trader).name,
    logger,
    ...options,
  });
  const clients: { close(): Promise<void> }[] = [];
  const connect = async (trader: Trader) => {
    const shown = { trader };
    const heard = new RecordingLogger();
    const client = await simulation.connect("sim:desk", { credentials: () => shown.trader, logger: heard });
    clients.push(client);
    return { client, shown, heard, remote: client.service<Remote<Desk>>("Desk") };
  };
  const close = async () => {
    await Promise.all(clients.map((client) => client.close()));
    await server.close();
  };
  return { desk, server, logger, connect, close };
}

function show(item: EventItem<unknown>): string {
  if (item.kind === "mark") return "mark";
  if (item.kind === "gap") return `gap ${item.topic} ${item.from}-${item.to}`;
  if (item.kind === "removed") return `removed ${item.key}`;
  const { value } = item;
  const shown = typeof value === "object" ? JSON.stringify(Object.values(value as object)) : String(value);
  return `${item.kind} ${item.topic} ${shown}`;
}

describe("a rule of a method", () => {
  test("lets those call whom it allows, by identity and arguments", async () => {
    await new Simulation(1).run(async (simulation) => {
      const { desk, connect, close } = await open(simulation);
      const { remote } = await connect(ann);
      await remote.place("fx");
      await expect(remote.place("rates")).rejects.toMatchObject({
        code: "permission_denied",
        outcome: "not-executed",
        message: "Desk.place: its rule does not allow this caller to call it",
      });
      expect(desk.placed).toEqual(["fx"]);
      await close();
    });
  });

  test("is asked in the place of the service's, which holds for the others", async () => {
    await new Simulation(2).run(async (simulation) => {
      const { connect, close } = await open(simulation);
      const { remote } = await connect(guest);
      expect(await remote.ping()).toBe("pong");
      await expect(remote.price()).rejects.toMatchObject({ code: "permission_denied" });
      const other = await connect(ann);
      expect(await other.remote.price()).toBe(1);
      await close();
    });
  });

  test("that fails refuses, and the log says so once", async () => {
    await new Simulation(3).run(async (simulation) => {
      const { desk, logger, connect, close } = await open(simulation);
      const { remote } = await connect(ann);
      for (const call of [remote.fails(), remote.fails(), remote.late(), remote.late()])
        await expect(call).rejects.toMatchObject({ code: "permission_denied", outcome: "not-executed" });
      expect(desk.placed).toEqual([]);
      const lines = logger.lines.map((line) => line.split("\n")[0]);
      expect(lines).toEqual([
        "error the rule of Desk.fails failed, which refuses: Error: secret",
        "error the rule of Desk.late failed, which refuses: it answered with an object, and only true and false are answers; rules decide at once",
      ]);
      await close();
    });
  });

  test("holds for streams and one-way calls", async () => {
    await new Simulation(4).run(async (simulation) => {
      const { desk, connect, close } = await open(simulation);
      const { remote, heard } = await connect(ann);
      const items = async () => {
        for await (const _ of (remote.all as unknown as { stream(): AsyncIterable<string> }).stream());
      };
      await expect(items()).rejects.toMatchObject({ code: "permission_denied" });
      await remote.log.oneway("line");
      await simulation.sleep(100);
      expect(desk.placed).toEqual([]);
      expect(heard.lines).toEqual([
        "warn a one-way call was refused: permission_denied: Desk.log: its rule does not allow this caller to call it",
      ]);
      await close();
    });
  });

  test("of a once method does not stand between a caller and what it did before", async () => {
    await new Simulation(5).run(async (simulation) => {
      const { desk, connect, close } = await open(simulation);
      const allowed = await connect({ ...ann, supervisor: true });
      expect(await allowed.remote.$with({ key: "k1" }).buy("fx")).toBe(1);
      // The same trader, who may not any more.
      const { remote } = await connect(ann);
      expect(await remote.$with({ key: "k1" }).buy("fx")).toBe(1);
      await expect(remote.$with({ key: "k2" }).buy("fx")).rejects.toMatchObject({
        code: "permission_denied",
        outcome: "not-executed",
      });
      expect(await remote.$outcome("buy", "k2")).toMatchObject({ state: "not-found" });
      expect(desk.placed).toEqual(["fx"]);
      await close();
    });
  });
});

describe("a rule of an event", () => {
  test("makes what it refuses absent, live and from what is kept, in every mode", async () => {
    await new Simulation(6).run(async (simulation) => {
      const { desk, connect, close } = await open(simulation);
      const tell = (amount: number) => {
        for (const topic of ["fx.1", "rates.1"]) {
          desk.fills.publish(topic, amount);
          desk.orders.publish(topic, { id: topic, amount });
          desk.marks.publish(topic, amount);
          desk.alarms.publish(topic, `${amount}`);
        }
      };
      tell(1);
      const { remote } = await connect(ann);
      const seen: string[] = [];
      const hear = (item: EventItem<unknown>) => seen.push(show(item));
      await remote.fills.subscribe("", hear, { from: "oldest" });
      await remote.orders.subscribe("", hear);
      await remote.marks.subscribe("", hear, { from: "oldest" });
      await remote.alarms.subscribe("", hear);
      await simulation.sleep(100);
      expect(seen).toEqual(["replay fx.1 1", 'snapshot fx.1 ["fx.1",1]', "mark", "snapshot fx.1 1", "mark"]);
      seen.length = 0;
      tell(2);
      desk.orders.remove("rates.1");
      desk.orders.remove("fx.1");
      await simulation.sleep(100);
      expect(seen.sort()).toEqual(
        ["live fx.1 2", 'live fx.1 ["fx.1",2]', "removed fx.1", "live fx.1 2", "live fx.1 2"].sort(),
      );
      await close();
    });
  });

  test("gives a supervisor everything, and others their own", async () => {
    await new Simulation(7).run(async (simulation) => {
      const { desk, connect, close } = await open(simulation);
      const seen = new Map<string, string[]>();
      for (const trader of [ann, bob, sue]) {
        const { remote } = await connect(trader);
        const items: string[] = [];
        seen.set(trader.name, items);
        await remote.fills.subscribe("", (item) => items.push(show(item)));
      }
      desk.fills.publish("fx.1", 1);
      desk.fills.publish("rates.1", 2);
      await simulation.sleep(100);
      expect(Object.fromEntries(seen)).toEqual({
        ann: ["live fx.1 1"],
        bob: ["live rates.1 2"],
        sue: ["live fx.1 1", "live rates.1 2"],
      });
      await close();
    });
  });

  test("tells no gap of what it refuses, to the slow and to those who come back", async () => {
    await new Simulation(8).run(async (simulation) => {
      const { desk, server, connect, close } = await open(simulation, {
        limits: { subscriptionQueueItems: 2, sessionRetentionMs: 1_000, heartbeatMs: 100 },
      });
      const { client, remote } = await connect(ann);
      const seen: string[] = [];
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await remote.alarms.subscribe("", (item) => {
        seen.push(show(item));
        return held;
      });
      await remote.fills.subscribe("", (item) => seen.push(show(item)));
      for (let number = 0; number < 100; number++) desk.alarms.publish("rates.1", "");
      expect(server.stats().sessions[0]).toMatchObject({ queuedEvents: 0, droppedEvents: 0 });
      simulation.network.part("sim:desk");
      await simulation.sleep(2_000);
      for (let number = 0; number < 100; number++) desk.alarms.publish("rates.2", "");
      for (let number = 0; number < 100; number++) desk.fills.publish("rates.2", number);
      simulation.network.join("sim:desk");
      release();
      await simulation.sleep(5_000);
      expect(client.state).toBe("online");
      desk.alarms.publish("fx.1", "now");
      desk.fills.publish("fx.1", 7);
      await simulation.sleep(100);
      expect(seen).toEqual(["live fx.1 now", "live fx.1 7"]);
      await close();
    });
  });

  test("is the service's where the event has none, and refuses when it fails", async () => {
    await new Simulation(9).run(async (simulation) => {
      const { desk, logger, connect, close } = await open(simulation);
      const seen: string[] = [];
      for (const trader of [ann, guest]) {
        const { remote } = await connect(trader);
        await remote.news.subscribe("", (item) => seen.push(`${trader.name} ${show(item)}`));
        await remote.broken.subscribe("", (item) => seen.push(`${trader.name} ${show(item)}`));
      }
      desk.news.publish("all", "hello");
      desk.broken.publish("all", "hello");
      desk.broken.publish("some", "hello");
      await simulation.sleep(100);
      expect(seen).toEqual(["ann live all hello"]);
      expect(logger.lines.map((line) => line.split("\n")[0])).toEqual([
        "error the rule of Desk.broken failed, which refuses: Error: secret",
      ]);
      await close();
    });
  });

  test("is asked once for each session and topic, whoever comes and goes", async () => {
    await new Simulation(10).run(async (simulation) => {
      const asked: string[] = [];
      @service("Board")
      class Board {
        @event({ allow: (_, topic) => asked.push(topic) > 0 }) readonly quotes = new Event<number>();
      }
      const board = new Board();
      const server = await simulation.serve([board], { listen: "sim:board" });
      const client = await simulation.connect("sim:board");
      const { quotes } = client.service<Remote<Board>>("Board");
      const first = await quotes.subscribe("", () => {});
      for (const topic of ["a", "b", "a", "b"]) board.quotes.publish(topic, 1);
      const second = await quotes.subscribe("", () => {});
      for (const topic of ["a", "b", "c"]) board.quotes.publish(topic, 1);
      await Promise.all([first.unsubscribe(), second.unsubscribe()]);
      expect(asked).toEqual(["a", "b", "c"]);
      await client.close();
      await server.close();
    });
  });

  test("that publishes fails: its event would overtake the one it is asked for", async () => {
    await new Simulation(11).run(async (simulation) => {
      const quotes = new Event<number>();
      const publish = () => {
        quotes.publish("other", 2);
        return true;
      };
      @service("Board")
      class Board {
        @event({ allow: publish }) readonly quotes = quotes;
      }
      const logger = new RecordingLogger();
      const server = await simulation.serve([new Board()], { listen: "sim:board", logger });
      const client = await simulation.connect("sim:board");
      const seen: string[] = [];
      await client.service<Remote<Board>>("Board").quotes.subscribe("", (item) => seen.push(show(item)));
      quotes.publish("a", 1);
      await simulation.sleep(100);
      expect(seen).toEqual([]);
      expect(logger.lines.join()).toContain("published while another value was read, or by a rule");
      await client.close();
      await server.close();
    });
  });
});

describe("a session whose caller may see other topics now", () => {
  const rights = [
    { mode: "signal", before: [], after: ["live rates.1 2"] },
    { mode: "log", before: [], after: ["live rates.1 2"] },
    { mode: "latest", before: [], after: ["live rates.1 2"] },
    { mode: "table", before: ["mark"], after: ["snapshot rates.1 1", "mark", "live rates.1 2"] },
  ] as const;
  test.each(rights)(
    "gets them from then on, and the others no more: $mode",
    async ({ mode, before, after }) => {
      await new Simulation(12).run(async (simulation) => {
        const { desk, connect, close } = await open(simulation);
        const { client, shown, remote } = await connect(ann);
        const of = { signal: "alarms", log: "fills", latest: "marks", table: "orders" } as const;
        const publish = (topic: string, amount: number) => {
          desk.alarms.publish(topic, `${amount}`);
          desk.fills.publish(topic, amount);
          desk.marks.publish(topic, amount);
          desk.orders.publish(topic, { id: topic, amount });
        };
        publish("rates.1", 1);
        const seen: string[] = [];
        await (remote[of[mode]] as RemoteEvent<unknown>).subscribe("", (item) =>
          seen.push(show(item).replace(/\[.*,(.*)\]/, "$1")),
        );
        await simulation.sleep(100);
        expect(seen.splice(0)).toEqual(before);
        shown.trader = { ...ann, desk: "rates" };
        for (const link of simulation.network.links) link.cut();
        await simulation.sleep(5_000);
        expect(client.state).toBe("online");
        publish("fx.1", 2);
        publish("rates.1", 2);
        await simulation.sleep(100);
        expect(seen).toEqual(after);
        await close();
      });
    },
  );
});
