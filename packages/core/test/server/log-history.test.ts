import { Event, type EventItem, event, type Remote, type RemoteEvent, service } from "@rpc/core";
import { Simulation } from "@rpc/core/testing";
import { expect, test } from "vitest";

@service("Tape")
class Tape {
  @event({ mode: "log", history: { count: 1_000 } }) readonly trades = new Event<number>();
  @event({ mode: "log", history: { bytes: 2_000 } }) readonly few = new Event<string>();
  @event({ mode: "log", history: { maxAgeMs: 1_000 } }) readonly recent = new Event<number>();
  @event({ mode: "log" }) readonly other = new Event<string>();
}

const url = "sim:tape";

async function open(simulation: Simulation, limits = {}) {
  const tape = new Tape();
  const server = await simulation.serve([tape], { listen: url, limits });
  const client = await simulation.connect(url);
  const close = async () => {
    await client.close();
    await server.close();
  };
  return { tape, server, client, remote: client.service<Remote<Tape>>("Tape"), close };
}

/** What a log promises: everything received or told as missed, once and in order. Returns what was received. */
function checkComplete(
  items: readonly EventItem<unknown>[],
  published: number,
): { received: number; gaps: number } {
  let next = 1;
  let received = 0;
  let gaps = 0;
  for (const item of items) {
    if (item.kind === "removed" || item.kind === "mark") throw new Error(`a log has no ${item.kind}`);
    const first = item.kind === "gap" ? item.from : item.seq;
    if (first !== next) throw new Error(`${first} came, ${next} was expected`);
    next = (item.kind === "gap" ? item.to! : item.seq) + 1;
    if (item.kind === "gap") gaps += 1;
    else received += 1;
  }
  expect(next).toBe(published + 1);
  return { received, gaps };
}

test("a reader at a tenth of the speed gets everything or a gap, exactly, and the server keeps no more than its history", async () => {
  await new Simulation(1).run(async (simulation) => {
    const { tape, server, remote, close } = await open(simulation);
    const items: EventItem<number>[] = [];
    // 100 events a millisecond are published, 10 are taken.
    await remote.trades.subscribe("", (item) => {
      items.push(item);
      return items.length % 10 === 0 ? simulation.sleep(1) : undefined;
    });
    const published = 50_000;
    let mostQueued = 0;
    for (let number = 1; number <= published; number++) {
      tape.trades.publish("AAPL", number);
      if (number % 100 !== 0) continue;
      await simulation.sleep(1);
      mostQueued = Math.max(mostQueued, server.stats().sessions[0]!.queuedEvents);
    }
    await simulation.sleep(2_000);
    const { received, gaps } = checkComplete(items, published);
    expect(mostQueued).toBeLessThanOrEqual(1_001);
    expect(received).toBeGreaterThan(published / 20);
    expect(received).toBeLessThan(published / 2);
    // A gap comes at most once for each return of credit, 512 items.
    expect(gaps).toBeGreaterThan(0);
    expect(gaps).toBeLessThan(received / 256);
    await close();
  });
});

test("a reader with credit misses nothing, however small the history is", async () => {
  await new Simulation(2).run(async (simulation) => {
    const { tape, remote, close } = await open(simulation);
    const items: EventItem<string>[] = [];
    await remote.few.subscribe("", (item) => items.push(item));
    for (let number = 1; number <= 200; number++) tape.few.publish("a", "x".repeat(1_000));
    await simulation.sleep(100);
    // Larger than the whole history.
    tape.few.publish("a", "x".repeat(3_000));
    await simulation.sleep(100);
    expect(checkComplete(items, 201)).toEqual({ received: 201, gaps: 0 });
    await close();
  });
});

test("a history is bounded by bytes, by age, and by historyBytes of the whole server", async () => {
  await new Simulation(3).run(async (simulation) => {
    const { tape, remote, close } = await open(simulation, { historyBytes: 20_000 });
    for (let number = 1; number <= 10; number++) tape.few.publish("a", "x".repeat(900));
    for (let number = 1; number <= 10; number++) tape.recent.publish("a", number);
    await simulation.sleep(900);
    tape.recent.publish("a", 11);
    await simulation.sleep(200);
    for (let number = 1; number <= 100; number++) tape.other.publish("a", "x".repeat(900));
    const seen = async (of: RemoteEvent<unknown>) => {
      const items: string[] = [];
      await of.subscribe(
        "",
        (item: EventItem<unknown>) => items.push(`${item.kind} ${"seq" in item ? item.seq : ""}`),
        { from: "oldest" },
      );
      await simulation.sleep(100);
      return items;
    };
    expect(await seen(remote.few)).toEqual(["replay 9", "replay 10"]);
    expect(await seen(remote.recent)).toEqual(["replay 11"]);
    const other = await seen(remote.other);
    expect(other.length).toBeLessThan(22);
    expect(other.at(-1)).toBe("replay 100");
    await close();
  });
});

test("a session lost in the same epoch costs a log nothing, and a stored position goes on from it", async () => {
  await new Simulation(4).run(async (simulation) => {
    const { tape, remote, client, server, close } = await open(simulation, {
      sessionRetentionMs: 1_000,
      heartbeatMs: 100,
    });
    const items: EventItem<number>[] = [];
    const subscription = await remote.trades.subscribe("", (item) => items.push(item));
    const states: string[] = [];
    client.onState((state) => states.push(state));
    for (let number = 1; number <= 20; number++) tape.trades.publish("AAPL", number);
    await simulation.sleep(50);
    for (const link of simulation.network.links) link.freeze("both");
    await simulation.sleep(400);
    for (let number = 21; number <= 1_500; number++) tape.trades.publish("AAPL", number);
    await simulation.sleep(20_000);
    expect(states).toContain("reset");
    const { gaps } = checkComplete(items, 1_500);
    expect(gaps).toBeLessThanOrEqual(1);
    expect(subscription.position).toEqual({ epoch: server.epoch, position: 1_500 });
    await close();
  });
});
