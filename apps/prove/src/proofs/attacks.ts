import { Arena, patienceMs, type Verdict } from "../attacks/arena.js";
import type { Attack } from "../attacks/attack.js";
import { attacks } from "../attacks/attacks.js";
import { toMarkdown } from "../attacks/table.js";
import { none, type Proof } from "../proof.js";
import type { Scheme } from "../transports.js";

// Tried against a server without scan and limits too, where they must go further than they may.
const telling = new Set(["100,000 arrays inside each other", "an array that claims 4 billion elements"]);
/** How many of those must be caught, or the table would show nothing. */
const leastCaught = { short: 2, full: 20 };

/** Everything that can be sent to the port costs at most its sender's connection. */
export const attacksProof: Proof = {
  name: "attacks",
  what: "whatever is sent to the port, over TCP and ZeroMQ, while another client calls every 20 ms",
  async run(size) {
    const verdicts = [...(await runAll("tcp", attacks)), ...(await runAll("zmq", attacks))];
    const bare = size === "full" ? attacks : attacks.filter(({ name }) => telling.has(name));
    const caught = await countCaught(bare);
    const count = (select: (verdict: Verdict) => number) =>
      verdicts.reduce((sum, verdict) => sum + select(verdict), 0);
    return {
      tried: `${attacks.length} attacks, ${verdicts.length} runs`,
      figures: [
        none("went further than they may", verdicts.filter(({ problems }) => problems.length > 0).length),
        none(
          "failed calls of the other client",
          count(({ honest }) => honest?.failures.length ?? 1),
        ),
        { name: "of its calls", value: count(({ honest }) => honest?.calls ?? 0), atLeast: verdicts.length },
        {
          name: "ms for the slowest of them",
          value: Math.max(...verdicts.map(({ honest }) => honest?.worstMs ?? Infinity)),
          atMost: patienceMs,
        },
        { name: "of the same caught without scan and limits", value: caught, atLeast: leastCaught[size] },
      ],
      notes: verdicts.flatMap(({ attack, scheme, problems }) =>
        problems.map((problem) => `${attack.name}, over ${scheme}: ${problem}`),
      ),
      table: toMarkdown(attacks, verdicts),
    };
  },
};

async function runAll(scheme: Scheme, table: readonly Attack[]): Promise<Verdict[]> {
  const arena = await Arena.open(scheme);
  const verdicts: Verdict[] = [];
  try {
    for (const attack of table) {
      if (attack.over === undefined || attack.over.includes(scheme))
        verdicts.push(await arena.run(attack, scheme));
    }
  } finally {
    await arena.close();
  }
  return verdicts;
}

// A new server for each: one that an attack stopped is of no use to the next.
async function countCaught(table: readonly Attack[]): Promise<number> {
  let caught = 0;
  for (const attack of table) {
    const arena = await Arena.open("tcp", true);
    if ((await arena.run(attack, "tcp")).problems.length > 0) caught += 1;
    await arena.close();
  }
  return caught;
}
