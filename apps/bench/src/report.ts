import { cpus, release, totalmem } from "node:os";
import type { BundleFigures } from "./bundle.js";
import type { Case } from "./cases.js";
import type { Figures } from "./figures.js";
import { pinned } from "./half-process.js";
import type { IdleFigures } from "./idle.js";
import type { StartUpFigures } from "./start-up.js";

/** All that a run found out: what `--json` writes. */
export interface Report {
  readonly at: string;
  readonly machine: string;
  readonly node: string;
  readonly pinned: boolean;
  readonly rounds: number;
  /** By case, then by peer: `cases["unary-100"].tcp.cpuRatio`. */
  readonly cases: Record<string, Record<string, Figures>>;
  readonly idle?: Record<string, IdleFigures>;
  readonly startUp?: Record<string, StartUpFigures>;
  /** By what the page does: `bundle.calls.gzipBytes`. */
  readonly bundle?: Record<string, BundleFigures>;
}

/** The machine in a line. */
export function describeMachine(): string {
  const cores = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cores[0]?.model ?? "unknown CPU"} × ${cores.length}, ${gigabytes} GiB, ${process.platform} ${release()}`;
}

/** What stands above all tables. */
export function describeRun(rounds: number): string {
  return [
    `${describeMachine()}, Node ${process.version}`,
    `loopback, server and client in their own processes${pinned ? ", both on one core" : ""}; every answer checked, executions counted`,
    `${rounds} rounds in turn; medians; × is the ratio to raw-net inside a round`,
    "",
  ].join("\n");
}

/** The table of one case. */
export function formatCase({ name, about, unit }: Case, figures: ReadonlyMap<string, Figures>): string {
  const timed = [...figures.values()].some(({ p50Us }) => p50Us !== undefined);
  const header = ["", `CPU µs a ${unit}`, "×", `${unit}s/s`, "×", ...(timed ? ["p50 µs", "×"] : [])];
  const rows = [...figures].map(([peer, { cpuUs, cpuRatio, perSecond, rateRatio, p50Us, p50Ratio }]) => [
    peer,
    cpuUs.toFixed(cpuUs < 10 ? 2 : 1),
    cpuRatio.toFixed(2),
    Math.round(perSecond).toString(),
    rateRatio.toFixed(2),
    ...(timed ? [(p50Us ?? Number.NaN).toFixed(0), (p50Ratio ?? Number.NaN).toFixed(2)] : []),
  ]);
  return `${name}: ${about}\n${formatTable([header, ...rows])}`;
}

/** Rows of cells in columns, the first to the left and numbers to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  "),
  );
  return `${lines.map((line) => `  ${line}`.trimEnd()).join("\n")}\n`;
}
