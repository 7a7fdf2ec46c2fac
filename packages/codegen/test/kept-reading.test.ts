import ts from "typescript";
import { afterEach, expect, test, vi } from "vitest";
import { generate, type Library, type Memory } from "../src/index.js";
import { type TemporaryProject, temporaryProject } from "./temporary-project.js";

const library: Library = new Map();

afterEach(() => vi.restoreAllMocks());

const service = (
  name: string,
  rest: string,
  base = "",
) => `import { Event, event, expose, service } from "@rpc/core";
${rest.startsWith("import") ? rest.slice(0, rest.indexOf("\n")) : ""}
@service("${name}")
export class ${name} ${base} {
  @expose() own(): string { return ""; }
  ${rest.startsWith("import") ? rest.slice(rest.indexOf("\n") + 1) : rest}
}
`;

const files = {
  "a.ts": service(
    "A",
    'import type { Order, Page } from "./middle.js";\n@expose() orders(): Page<Order> { return null!; }',
  ),
  "b.ts": service(
    "B",
    'import type { Order, Page } from "./middle.js";\n@expose() find(order: Order): Page<Order> | Near { return null!; }',
  ),
  "c.ts": service("C", 'import { Inherited } from "./inherited.js";\n', "extends Inherited"),
  "d.ts": service(
    "D",
    "@event() readonly far = new Event<Near>();\n@expose() loose(): any { return null!; }",
  ),
  "middle.ts": `export type { Order } from "./order.js"; export interface Page<Item> { items: Item[] }`,
  "order.ts": "export interface Order { id: bigint; legs: Leg[] } export interface Leg { symbol: string }",
  "inherited.ts":
    'import { expose } from "@rpc/core"; export class Inherited { @expose() inherited(): number { return 1; } }',
  "near.d.ts": "interface Near { x: number }",
};

/** Runs with a memory, and compares what it wrote with what a run without one writes. */
async function run(project: TemporaryProject, memory: Memory) {
  const options = { tsconfig: project.tsconfig, contract: project.path("contract.json"), library };
  const warm = await generate({ ...options, memory });
  const cold = await generate({ ...options, check: true });
  expect(warm.ok).toBe(true);
  expect({ stale: cold.stale, diagnostics: cold.diagnostics }).toEqual({
    stale: [],
    diagnostics: warm.diagnostics,
  });
  return project.read("contract.json");
}

/** Names of services that the last run read; the others were taken for read. */
async function readBy(project: TemporaryProject, memory: Memory): Promise<string[]> {
  const draftsOf = () =>
    new Map([...memory.reading!.services.values()].map(({ name, value }) => [name, value]));
  const before = draftsOf();
  await run(project, memory);
  return [...draftsOf()].filter(([name, draft]) => before.get(name) !== draft).map(([name]) => name);
}

async function started() {
  const project = temporaryProject(files);
  const memory: Memory = {};
  await run(project, memory);
  return { project, memory };
}

test("reads no service again after nothing has changed, and finds the same", async () => {
  const { project, memory } = await started();
  expect(memory.reading!.services.size).toBe(4);
  expect(await readBy(project, memory)).toEqual([]);
});

const edits: readonly (readonly [
  what: string,
  file: keyof typeof files,
  text: string,
  read: readonly string[],
  seen: string,
])[] = [
  [
    "in a service reads that service alone",
    "a.ts",
    files["a.ts"].replace("own()", "mine()"),
    ["A"],
    '"mine"',
  ],
  [
    "in a file imported by an imported file is seen",
    "order.ts",
    files["order.ts"].replace("symbol", "sign"),
    ["A", "B"],
    '"sign"',
  ],
  [
    "of a base class in another file is seen",
    "inherited.ts",
    files["inherited.ts"].replace("inherited()", "bequeathed()"),
    ["C"],
    '"bequeathed"',
  ],
  [
    "of a global declaration is seen by all",
    "near.d.ts",
    "interface Near { y: number }",
    ["A", "B", "C", "D"],
    '"y"',
  ],
  [
    "that takes a shared type from the first who reached it leaves it to the others",
    "a.ts",
    service("A", ""),
    ["A"],
    '"Order"',
  ],
  [
    "that adds to another module is seen",
    "order.ts",
    `${files["order.ts"]}\ndeclare module "./middle.js" { interface Page<Item> { total: number } }`,
    ["A", "B", "C", "D"],
    '"total"',
  ],
  [
    "that takes the name of a type gives it another also where nothing was read again",
    "d.ts",
    service("D", "@expose() leg(): Leg { return null!; }").replace(
      "@service",
      "export interface Leg { foot: string }\n@service",
    ),
    ["D"],
    "#/types/OrderLeg",
  ],
];
for (const [what, file, text, read, seen] of edits) {
  test(`a change ${what}`, async () => {
    const { project, memory } = await started();
    project.write(file, text);
    expect(await readBy(project, memory)).toEqual(read);
    expect(project.read("contract.json")).toContain(seen);
    project.write(file, files[file]);
    await run(project, memory);
    expect(await readBy(project, memory)).toEqual([]);
  });
}

test("a file that was saved long ago is read again when it is saved, and not before", async () => {
  const later = Date.now() + 60_000;
  vi.spyOn(Date, "now").mockReturnValue(later);
  const { project, memory } = await started();
  const read = vi.spyOn(ts.sys, "readFile");
  await generate({ tsconfig: project.tsconfig, contract: project.path("contract.json"), memory });
  expect(read.mock.calls.filter(([path]) => path.endsWith("/order.ts"))).toEqual([]);
  read.mockRestore();
  // As long as it was.
  project.write("order.ts", files["order.ts"].replace("symbol", "simbol"));
  await run(project, memory);
  expect(project.read("contract.json")).toContain('"simbol"');
});

test("a run with errors leaves what was read before it", async () => {
  const { project, memory } = await started();
  project.write("a.ts", files["a.ts"].replace("): string", "): symbol"));
  const { ok } = await generate({
    tsconfig: project.tsconfig,
    contract: project.path("contract.json"),
    library,
    memory,
  });
  expect(ok).toBe(false);
  project.write("a.ts", files["a.ts"].replace("own()", "mine()"));
  expect(await readBy(project, memory)).toEqual(["A"]);
});

test("keeps nothing of a change that was undone: memory does not grow with edits", async () => {
  const { project, memory } = await started();
  const { services, types } = memory.reading!;
  const sizes = [services.size, types.size, memory.files!.size];
  for (let edit = 0; edit < 3; edit++) {
    project.write("order.ts", files["order.ts"].replace("symbol", `symbol${edit}`));
    await run(project, memory);
  }
  expect([memory.reading!.services.size, memory.reading!.types.size, memory.files!.size]).toEqual(sizes);
});
