import { expect, test } from "vitest";
import { format, generate, type Library, printClient, printContract } from "../src/index.js";
import { temporaryProject } from "./temporary-project.js";

const library: Library = new Map();

const imports = [
  'import { Alpha } from "./alpha.js";',
  'import { Beta } from "./nested/beta.js";',
  'import { Gamma } from "./gamma.js";',
];

const files = {
  "alpha.ts": `import { expose, service } from "@rpc/core";
import type { Order, Side, Status } from "./orders/types.js";
import type { Page } from "./page.js";

@service("Alpha")
export class Alpha {
  @expose() orders(side: Side | null, status: Status): Page<Order> { throw side ?? status; }
}
`,
  "nested/beta.ts": `import { expose, service } from "@rpc/core";
import type { Order } from "./types.js";
import type { Page } from "../page.js";

@service("Beta")
export class Beta {
  @expose() orders(size: 10 | 9 | 100, kind: "z" | Order | "a" | { b: 1 } | { a: 2 }): Page<Order> { throw [size, kind]; }
}
`,
  "gamma.ts": `import { RpcError, expose, service } from "@rpc/core";
import type { Order } from "./orders/types.js";
class Failed extends RpcError { b = 1; a = ""; }

@service("Gamma")
export class Gamma {
  @expose({ throws: [Failed] }) last(by: { [Key in "z" | "m" | "a"]?: boolean }): Order { throw by; }
}
`,
  "orders/types.ts": `export type Status = "traded" | "cancelled" | "new";
export type Side = "sell" | "buy";
export interface Order { status: Status; side?: Side; parent: Order | undefined | null }
`,
  "nested/types.ts": 'export interface Order { id: "new" | "cancelled" | "traded"; size: number }\n',
  "page.ts": "export interface Page<Item> { items: Item[]; next?: Page<Item> }\n",
  "index.ts": `${imports.join("\n")}\n[Alpha, Beta, Gamma];\n`,
};

async function bytes(project: ReturnType<typeof temporaryProject>): Promise<string> {
  const { contract, diagnostics } = await generate({ tsconfig: project.tsconfig, library });
  return [printContract(contract!), printClient(contract!), format(diagnostics, { root: project.root })].join(
    "\n",
  );
}

function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  let state = seed;
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state;
  };
  return items
    .map((item) => [random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

test("gives the same bytes in another folder and whatever the order of files and imports", async () => {
  const first = await bytes(temporaryProject(files));
  expect(first).toContain("RPC1204");
  for (let seed = 1; seed <= 12; seed++) {
    const index = `${shuffled(imports, seed).join("\n")}\n[Alpha, Beta, Gamma];\n`;
    const project = temporaryProject({ ...files, "index.ts": index }, shuffled(Object.keys(files), seed));
    expect(await bytes(project)).toBe(first);
  }
});

test("gives the same bytes for sources with other line ends", async () => {
  const turned = Object.entries(files).map(([file, text]) => [file, text.replaceAll("\n", "\r\n")]);
  expect(await bytes(temporaryProject(Object.fromEntries(turned)))).toBe(
    await bytes(temporaryProject(files)),
  );
});
