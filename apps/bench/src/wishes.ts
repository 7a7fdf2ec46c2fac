import { parseArgs } from "node:util";
import { type Case, cases, findCases } from "./cases.js";
import { allPeers, defaultPeers } from "./peers.js";

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
  const asked = split(values.cases);
  const rounds = asked.filter((name) => !specialCases.includes(name));
  return {
    peers: choosePeers(split(values.peers)),
    // Asked for `idle` alone, nothing else is wanted.
    cases: asked.length > 0 && rounds.length === 0 ? [] : chooseCases(rounds, values.quick),
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

// To open 10,000 connections takes longer than all else of a quick run.
function chooseCases(names: readonly string[], quick: boolean): readonly Case[] {
  const found = findCases(names);
  return quick
    ? found.filter(({ name, connections }) => connections <= 1_000 || names.includes(name))
    : found;
}

function choosePeers(names: readonly string[]): readonly string[] {
  if (names.length === 0) return defaultPeers;
  if (names.includes("all")) return allPeers;
  const unknown = names.find((name) => !allPeers.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`unknown peer ${unknown}; known are all, ${allPeers.join(", ")}`);
  return names;
}

function split(text: string | undefined): readonly string[] {
  return text?.split(",").filter((name) => name !== "") ?? [];
}

function usage(): string {
  return [
    "usage: npx pnpm@12 bench [--peers a,b|all] [--cases a,b] [--quick] [--json file] [--plot file.svg]",
    `peers: ${allPeers.join(", ")}; default ${defaultPeers.join(", ")}`,
    `cases: ${[...cases.map(({ name }) => name), ...specialCases].join(", ")}; a beginning is enough: unary`,
  ].join("\n");
}
