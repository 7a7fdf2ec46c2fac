import type { BenchClient } from "./peer.js";

/** One question that peers are measured by. */
export interface Case {
  readonly name: string;
  readonly about: string;
  /** What one unit is: rates and costs are per unit. */
  readonly unit: string;
  /** Questions in flight, where it is about questions. */
  readonly inFlight: number | undefined;
  /** Connections of the client; each subscribes first when the case is about events. */
  readonly connections: number;
  /** What a client must have to take part. */
  readonly needs: readonly (keyof BenchClient)[];
  /** Units of the round that finds out how many a round can have. */
  readonly firstUnits: number;
  readonly maxUnits: number;
  /** What the server must have run for that many units. */
  executions(units: number): number;
  /** Runs it; resolves to the milliseconds of each call where that is of interest. */
  run(clients: readonly BenchClient[], units: number): Promise<readonly number[] | undefined>;
}

const inFlightCases = [1, 10, 100, 1_000].map(
  (inFlight): Case => ({
    ...asking(`unary-${inFlight}`, inFlight, "call", (client) => client.call()),
    about: `changeName("Alex") → "Alex", ${inFlight} in flight`,
    ...(inFlight === 1 ? { run: timed((client) => client.call()) } : {}),
  }),
);

const fanOutCases = [1, 8, 64].map(
  (subscribers): Case => ({
    name: `fan-out-${subscribers}`,
    about: `ticks published to ${subscribers} subscribers, ${subscribers} connections`,
    unit: "event",
    inFlight: undefined,
    connections: subscribers,
    needs: ["subscribe", "hear", "publish"],
    firstUnits: 256 * subscribers,
    maxUnits: 8_192 * subscribers,
    executions: () => 1,
    async run(clients, units) {
      const each = units / clients.length;
      const heard = clients.map((client) => client.hear!(each));
      await clients[0]!.publish!(each);
      await Promise.all(heard);
      return undefined;
    },
  }),
);

// Last of all: the connections stay, and their heartbeats cost something too.
const spreadCases = [1, 100, 1_000, 10_000].map(
  (connections): Case => ({
    ...asking(`connections-${connections}`, 100, "call", (client) => client.call()),
    about: `100 in flight, spread over ${connections} connections`,
    connections,
    needs: ["call", "ownConnection"],
    // At least one call on each connection.
    firstUnits: Math.max(200, connections),
  }),
);

/** Everything that is measured as rounds, in the order in which it is shown. */
export const cases: readonly Case[] = [
  ...inFlightCases,
  {
    ...asking("object-1k", 100, "object", (client) => client.object!()),
    about: "an object of 1 KB there and back, 100 in flight",
  },
  {
    ...asking("bytes-64k", 8, "bytes", (client) => client.bytes!(65_536)),
    about: "64 KiB of bytes there and back, 8 in flight",
    firstUnits: 64,
  },
  {
    ...asking("bytes-1m", 8, "bytes", (client) => client.bytes!(1_048_576)),
    about: "1 MiB of bytes there and back, 8 in flight",
    firstUnits: 16,
  },
  {
    name: "stream",
    about: "a server stream of ticks, read to its end",
    unit: "tick",
    inFlight: undefined,
    connections: 1,
    needs: ["stream"],
    firstUnits: 2_000,
    maxUnits: 500_000,
    executions: () => 1,
    async run([client], units) {
      await client!.stream!(units);
      return undefined;
    },
  },
  ...fanOutCases,
  ...spreadCases,
];

/** Finds cases by their name, or by the beginning of several: `unary` is all four. Throws for a name that finds none. */
export function findCases(names: readonly string[]): readonly Case[] {
  if (names.length === 0) return cases;
  for (const name of names) {
    if (!cases.some((each) => each.name.startsWith(name))) {
      throw new Error(`unknown case ${name}; known are ${cases.map((each) => each.name).join(", ")}`);
    }
  }
  const exact = new Set(cases.map((each) => each.name).filter((name) => names.includes(name)));
  const wanted = (each: Case) =>
    exact.has(each.name) || names.some((name) => !exact.has(name) && each.name.startsWith(name));
  return cases.filter(wanted);
}

function asking(
  name: string,
  inFlight: number,
  need: keyof BenchClient,
  ask: (client: BenchClient) => Promise<void>,
): Omit<Case, "about"> {
  return {
    name,
    unit: "call",
    inFlight,
    connections: 1,
    needs: [need],
    firstUnits: Math.max(200, inFlight),
    maxUnits: 500_000,
    executions: (units) => units,
    async run(clients, units) {
      let left = units;
      const worker = async () => {
        while (left > 0) {
          left -= 1;
          await ask(clients[left % clients.length]!);
        }
      };
      await Promise.all(Array.from({ length: inFlight }, worker));
      return undefined;
    },
  };
}

function timed(ask: (client: BenchClient) => Promise<void>): Case["run"] {
  return async ([client], units) => {
    const times: number[] = [];
    for (let call = 0; call < units; call += 1) {
      const start = performance.now();
      await ask(client!);
      times.push(performance.now() - start);
    }
    return times;
  };
}
