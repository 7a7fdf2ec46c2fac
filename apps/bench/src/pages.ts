import type { Report } from "./report.js";
import { connectionsTable, peersTable, promisesTable, type Table } from "./tables.js";
import { targetsTable } from "./targets.js";

const tables: Readonly<Record<string, Table>> = {
  run: ({ at, machine, node, rounds }) =>
    `Measured ${at.slice(0, 10)} on ${machine}, Node ${node}, ${rounds} rounds.`,
  peers: peersTable,
  targets: targetsTable,
  promises: promisesTable,
  connections: connectionsTable,
};

/** Puts what a report says into the places that a page marks `<!-- bench:peers -->` … `<!-- /bench -->`. Throws for others. */
export function fillIn(page: string, report: Report): string {
  return page.replaceAll(
    /(<!-- bench:([\w-]+) -->\n)[\s\S]*?(<!-- \/bench -->)/g,
    (_, begin: string, name: string, end: string) => {
      const table = Object.hasOwn(tables, name) ? tables[name] : undefined;
      if (table === undefined)
        throw new Error(`no table ${name}; known are ${Object.keys(tables).join(", ")}`);
      return `${begin}\n${table(report)}\n\n${end}`;
    },
  );
}
