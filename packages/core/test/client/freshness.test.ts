import { Event, event, type Remote, service } from "@rpc/core";
import { Simulation } from "@rpc/core/testing";
import { describe, expect, test } from "vitest";
import { RecordingLogger } from "../recording-logger.js";

@service("Board")
class Board {
  @event({ mode: "latest", cadenceMs: 1_000 }) readonly quotes = new Event<number>();
  @event() readonly alarms = new Event<number>();
}

async function open(simulation: Simulation, limits = {}) {
  const board = new Board();
  const serving = { listen: "sim:board", limits };
  const servers = [await simulation.serve([board], serving)];
  const logger = new RecordingLogger();
  const client = await simulation.connect("sim:board", { logger });
  const remote = client.service<Remote<Board>>("Board");
  const close = async () => {
    await client.close();
    await Promise.all(servers.map((server) => server.close()));
  };
  return { board, servers, serving, client, remote, logger, close };
}

/** Changes of a subscription's freshness, with the second in which they came. */
function watch(
  simulation: Simulation,
  subscription: { onFreshness(listener: (now: string) => void): unknown },
) {
  const changes: string[] = [];
  const begun = simulation.clock.now();
  subscription.onFreshness((now) => {
    changes.push(`${now} after ${((simulation.clock.now() - begun) / 1_000).toFixed(1)} s`);
  });
  return changes;
}

describe("a subscription to an event with a cadence", () => {
  test("is stale after two and a half cadences without an item, however alive the link is", async () => {
    await new Simulation(1).run(async (simulation) => {
      const { board, client, remote, close } = await open(simulation, { heartbeatMs: 100 });
      const subscription = await remote.quotes.subscribe("", () => {});
      const changes = watch(simulation, subscription);
      expect(subscription.freshness).toBe("fresh");
      for (let second = 0; second < 5; second++) {
        board.quotes.publish("a", second);
        await simulation.sleep(1_000);
      }
      expect(changes).toEqual([]);
      await simulation.sleep(10_000);
      expect([client.state, subscription.freshness]).toEqual(["online", "stale"]);
      expect(changes).toEqual(["stale after 6.5 s"]);
      board.quotes.publish("a", 5);
      await simulation.sleep(1_000);
      expect(changes).toEqual(["stale after 6.5 s", "fresh after 15.0 s"]);
      await close();
    });
  });

  test("is down without a link, and as old as its newest item when there is one again", async () => {
    await new Simulation(2).run(async (simulation) => {
      const { board, remote, close } = await open(simulation);
      const subscription = await remote.quotes.subscribe("", () => {});
      const changes = watch(simulation, subscription);
      for (const link of simulation.network.links) link.cut();
      await simulation.sleep(1_000);
      expect(changes.map((change) => change.split(" ")[0])).toEqual(["down", "fresh"]);
      simulation.network.part("sim:board");
      await simulation.sleep(10_000);
      expect(subscription.freshness).toBe("down");
      simulation.network.join("sim:board");
      await simulation.sleep(10_000);
      expect(subscription.freshness).toBe("stale");
      board.quotes.publish("a", 1);
      await simulation.sleep(100);
      expect(subscription.freshness).toBe("fresh");
      await close();
    });
  });

  test("is down when its server is gone, until the next one confirmed it", async () => {
    await new Simulation(3).run(async (simulation) => {
      const { board, servers, serving, remote, close } = await open(simulation);
      const subscription = await remote.quotes.subscribe("", () => {});
      const changes = watch(simulation, subscription);
      simulation.network.crash("sim:board");
      await servers[0]!.close({ graceMs: 0 });
      await simulation.sleep(5_000);
      expect(changes.map((change) => change.split(" ")[0])).toEqual(["down"]);
      servers.push(await simulation.serve([board], serving));
      await simulation.sleep(5_000);
      expect(subscription.freshness).toBe("stale");
      await close();
      expect(subscription.freshness).toBe("down");
    });
  });

  test("tells of one topic what the others hide", async () => {
    await new Simulation(4).run(async (simulation) => {
      const { board, remote, close } = await open(simulation);
      const subscription = await remote.quotes.subscribe("", () => {});
      board.quotes.publish("quiet", 1);
      for (let second = 0; second < 5; second++) {
        board.quotes.publish("busy", second);
        await simulation.sleep(1_000);
      }
      const of = ["busy", "quiet", "never"].map((topic) => subscription.freshnessOf(topic));
      expect([subscription.freshness, ...of]).toEqual(["fresh", "fresh", "stale", "stale"]);
      await subscription.unsubscribe();
      expect([subscription.freshness, subscription.freshnessOf("busy")]).toEqual(["down", "down"]);
      await close();
    });
  });

  test("tells every listener but those that stopped, whatever one of them throws", async () => {
    await new Simulation(5).run(async (simulation) => {
      const { remote, logger, close } = await open(simulation);
      const subscription = await remote.quotes.subscribe("", () => {});
      const heard: string[] = [];
      subscription.onFreshness(() => {
        throw new Error("odd");
      });
      subscription.onFreshness((now) => heard.push(now));
      subscription.onFreshness((now) => heard.push(`second ${now}`))();
      await simulation.sleep(5_000);
      expect(heard).toEqual(["stale"]);
      expect(logger.lines.map((line) => line.split("\n")[0])).toEqual([
        "error a listener of the freshness of Board.quotes failed: Error: odd",
      ]);
      await close();
    });
  });
});

test("a subscription without a cadence is fresh while there is a link", async () => {
  await new Simulation(6).run(async (simulation) => {
    const { remote, close } = await open(simulation);
    const subscription = await remote.alarms.subscribe("", () => {});
    const changes = watch(simulation, subscription);
    await simulation.sleep(3_600_000 / 2);
    expect([subscription.freshness, subscription.freshnessOf("any")]).toEqual(["fresh", "fresh"]);
    for (const link of simulation.network.links) link.cut();
    await simulation.sleep(5_000);
    expect(changes.map((change) => change.split(" ")[0])).toEqual(["down", "fresh"]);
    await close();
  });
});
