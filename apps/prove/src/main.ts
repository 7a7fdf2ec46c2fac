/** Tries the guarantees under faults: `npx pnpm@12 prove [name…] [--full] [--json file] [--markdown]`. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { proofs } from "./proofs.js";
import { runProofs } from "./run-proofs.js";

// A proof that was given up may have left something open.
process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  const asked = read(args);
  if (asked === "help") {
    console.log(usage());
    return 0;
  }
  if (typeof asked === "string") {
    console.error(`${asked}\n\n${usage()}`);
    return 2;
  }
  const { names, full, json, markdown } = asked;
  const chosen = proofs.filter(({ name, onRequest = false }) =>
    names.length > 0 ? names.includes(name) : full || !onRequest,
  );
  const results = await runProofs(chosen, full ? "full" : "short", console.log);
  const short = results.filter(({ holds }) => !holds).length;
  console.log(`${results.length - short} hold, ${short} fall short`);
  if (json !== undefined) {
    const machine = { node: process.version, platform: process.platform, cpu: cpus()[0]?.model };
    writeFileSync(json, `${JSON.stringify({ ...machine, results }, null, 2)}\n`);
  }
  if (markdown) for (const { table } of results) if (table !== undefined) console.log(`\n${table}`);
  return short === 0 ? 0 : 1;
}

interface Asked {
  readonly names: readonly string[];
  readonly full: boolean;
  readonly json: string | undefined;
  readonly markdown: boolean;
}

function read(args: readonly string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        full: { type: "boolean", default: false },
        json: { type: "string" },
        markdown: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return "help";
    const unknown = positionals.find((name) => !proofs.some((proof) => proof.name === name));
    if (unknown !== undefined) return `no proof is called ${unknown}`;
    return { names: positionals, full: values.full, json: values.json, markdown: values.markdown };
  } catch (error) {
    return (error as Error).message;
  }
}

function usage(): string {
  const lines = proofs.map(
    ({ name, what, onRequest }) =>
      `  ${name.padEnd(14)} ${what}${onRequest === true ? " (by name, or with --full)" : ""}`,
  );
  return `usage: npx pnpm@12 prove [name…] [--full] [--json file] [--markdown]\n\n${lines.join("\n")}`;
}
