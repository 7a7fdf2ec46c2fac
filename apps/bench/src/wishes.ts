import { parseArgs } from "node:util";
import { type Case, cases, findCases } from "./cases.js";
import { allPeers, defaultPeers, knownPeers, promisePeers } from "./peers.js";

/** What was asked for on the command line. */
export interface Wishes {
  readonly peers: readonly string[];
  readonly cases: readonly Case[];
  /** Measurements that are no rounds: `idle`, `start-up`, `bundle`. */
  readonly special: ReadonlySet<string>;
  readonly quick: boolean;
  readonly json: string | undefined;
  readonly plot: string | undefined;
}

const specialCases = ["idle", "start-up", "bundle"];
const everything = [...cases.map(({ name }) => name), ...specialCases];

/** Reads the command line; nothing when it asked for help, which is printed then. Ends the process for a mistake. */
export function readWishes(words: readonly string[]): Wishes | undefined {
  const { values } = parseArgs({
    args: words.filter((word) => word !== "--"),
    options: {
      peers: { type: "string" },
      cases: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      plot: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(usage());
    return undefined;
  }
  const named = split(values.cases);
  const asked = named.flatMap((name) => (name === "all" ? everything : name));
  const rounds = asked.filter((name) => !specialCases.includes(name));
  return {
    peers: choosePeers(split(values.peers)),
    // Asked for `idle` alone, nothing else is wanted.
    cases:
      asked.length > 0 && rounds.length === 0 ? [] : chooseCases(rounds, values.quick ? named : undefined),
    special: new Set(
      asked.length === 0
        ? values.quick
          ? []
          : specialCases
        : asked.filter((name) => specialCases.includes(name)),
    ),
    quick: values.quick,
    json: values.json,
    plot: values.plot,
  };
}

// To open 10,000 connections takes longer than all else of a quick run: only if it was named.
function chooseCases(names: readonly string[], quick: readonly string[] | undefined): readonly Case[] {
  const few = ({ name, connections }: Case) =>
    quick === undefined || connections <= 1_000 || quick.includes(name);
  return findCases(names).filter(few);
}

const groups: ReadonlyMap<string, readonly string[]> = new Map([
  ["all", allPeers],
  ["promises", promisePeers],
]);

function choosePeers(names: readonly string[]): readonly string[] {
  if (names.length === 0) return defaultPeers;
  const unknown = names.find((name) => !groups.has(name) && !knownPeers.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`unknown peer ${unknown}; known are ${[...groups.keys(), ...knownPeers].join(", ")}`);
  return [...new Set(names.flatMap((name) => groups.get(name) ?? [name]))];
}

function split(text: string | undefined): readonly string[] {
  return text?.split(",").filter((name) => name !== "") ?? [];
}

function usage(): string {
  return [
    "usage: npx pnpm@12 bench [--peers a,b|all] [--cases a,b] [--quick] [--json file] [--plot file.svg]",
    `peers: ${[...groups.keys(), ...knownPeers].join(", ")}; default ${defaultPeers.join(", ")}`,
    `cases: all, ${everything.join(", ")}; a beginning is enough: unary`,
  ].join("\n");
}
