/** Tries the guarantees under faults: `npx pnpm@12 prove [name…] [--full] [--json file]`. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { proofs } from "./proofs.js";
import { runProofs } from "./run-proofs.js";

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const asked = read(args);
  if (typeof asked === "string") {
    console.error(`${asked}\n\n${usage()}`);
    return 2;
  }
  const { names, full, json } = asked;
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
  return short === 0 ? 0 : 1;
}

function read(
  args: readonly string[],
): { readonly names: readonly string[]; readonly full: boolean; readonly json: string | undefined } | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { full: { type: "boolean", default: false }, json: { type: "string" } },
    });
    const unknown = positionals.find((name) => !proofs.some((proof) => proof.name === name));
    if (unknown !== undefined) return `no proof is called ${unknown}`;
    return { names: positionals, full: values.full, json: values.json };
  } catch (error) {
    return (error as Error).message;
  }
}

function usage(): string {
  const lines = proofs.map(
    ({ name, what, onRequest }) =>
      `  ${name.padEnd(14)} ${what}${onRequest === true ? " (by name only)" : ""}`,
  );
  return `usage: npx pnpm@12 prove [name…] [--full] [--json file]\n\n${lines.join("\n")}`;
}
