import { connect, expose, memory, type Remote, serve, service } from "@rpc/core";
import { createScan } from "@rpc/core/testing";
import { Unpackr } from "msgpackr/unpack";
import type { Proof } from "../proof.js";

@service("Person")
class Person {
  @expose()
  changeName(name: string): string {
    return name;
  }
}

const tick = { symbol: "AAPL", bid: 189.32, ask: 189.34, size: 100, at: 1_795_372_286_273 };
const values: Readonly<Record<string, unknown>> = {
  "a small call": ["Alex"],
  "a tick": [tick],
  "100 ticks": Array.from({ length: 100 }, () => tick),
  "200 rows": Array.from({ length: 200 }, (_, index) => ["AAPL", index, 189.3 + index, true]),
  "10 KB of text": ["x".repeat(10_000)],
  "text of many languages": ["小红 naïve ".repeat(50)],
  "nested objects": { a: { b: { c: { d: [1, 2, 3, { e: "f" }] } } } },
};

/** What it costs to check bytes before they are decoded, beside decoding them. */
export const scan: Proof = {
  name: "scan",
  what: "the check of bytes costs at most half of what decoding them does, and less than 15 % of a small call",
  onRequest: true,
  async run(size) {
    const rounds = size === "full" ? 60 : 20;
    const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: "auto" });
    const ratios = Object.entries(values).map(([name, value]) => {
      const { bytes, scan: check } = createScan(value);
      const checked = leastNanoseconds(rounds, bytes.length, check);
      const decoded = leastNanoseconds(rounds, bytes.length, () => unpackr.unpack(bytes));
      return { name, checked, ratio: checked / decoded };
    });
    const call = await nanosecondsOfCall(rounds);
    const sorted = ratios.map(({ ratio }) => ratio).sort((one, other) => one - other);
    return {
      tried: `${ratios.length} kinds of values, CPU time, the least of ${rounds} rounds`,
      figures: [
        {
          name: "of msgpackr's time, the median",
          value: sorted[Math.floor(sorted.length / 2)]!,
          atMost: 0.5,
        },
        ...ratios.map(({ name, ratio }) => ({ name: `for ${name}`, value: ratio })),
        {
          name: "of a small call over memory, both ways",
          value: (2 * ratios[0]!.checked) / call,
          atMost: 0.15,
        },
      ],
    };
  },
};

function leastNanoseconds(rounds: number, bytes: number, run: () => void): number {
  const times = Math.max(200, Math.floor(2_000_000 / bytes));
  return least(rounds, times, () => {
    for (let time = 0; time < times; time++) run();
  });
}

function least(rounds: number, times: number, run: () => void): number {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1_000) / times);
  }
  return best;
}

async function nanosecondsOfCall(rounds: number): Promise<number> {
  const transport = memory();
  await using server = await serve([new Person()], { transports: [transport], listen: "memory:scan" });
  await using client = await connect(server.urls[0], { transports: [transport] });
  const person = client.service<Remote<Person>>("Person");
  const calls = 5_000;
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    for (let made = 0; made < calls; made += 100)
      await Promise.all(Array.from({ length: 100 }, () => person.changeName("Alex")));
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1_000) / calls);
  }
  return best;
}
