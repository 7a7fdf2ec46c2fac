// What it costs to find that a value is of its type: as printed by `rpc generate --validators`, as made of the contract
// at run time, and by ajv, which compiles code. All types are in use at once, as in a server.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { printValidators, transpile } from "@rpc/codegen";
import { createValidator, validatorTypes } from "@rpc/core/contract";
import { Ajv2020 } from "ajv/dist/2020.js";

const text = { type: "string" };
const number = { type: "number" };
const flag = { type: "boolean" };

function object(properties) {
  const names = Object.keys(properties);
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name.replace("?", ""), properties[name]])),
    required: names.filter((name) => !name.endsWith("?")),
  };
}

const side = { enum: ["buy", "sell"] };
const order = object({
  id: number,
  symbol: text,
  side,
  quantity: number,
  price: number,
  account: text,
  urgent: flag,
  "note?": text,
});
const anOrder = {
  id: 1,
  symbol: "AAPL",
  side: "buy",
  quantity: 100,
  price: 1.5,
  account: "A-1",
  urgent: false,
  note: "x",
};
const limited = object({
  id: { type: "integer", minimum: 1 },
  symbol: { type: "string", pattern: "^[A-Z]+$", maxLength: 8 },
  side,
  quantity: { type: "integer", minimum: 1, maximum: 1_000_000 },
  price: { type: "number", exclusiveMinimum: 0 },
  account: { type: "string", minLength: 1 },
  urgent: flag,
  "note?": { type: "string", maxLength: 100 },
});
const change = {
  anyOf: [
    object({ type: { const: "placed" }, order: { $ref: "#/types/Order" } }),
    object({ type: { const: "filled" }, id: number, size: number }),
    object({ type: { const: "gone" }, id: number, "reason?": text }),
  ],
  "x-tag": "type",
};
const tree = object({ value: number, "left?": { $ref: "#/types/Tree" }, "right?": { $ref: "#/types/Tree" } });
const aTree = (depth) =>
  depth === 0 ? { value: 1 } : { value: depth, left: aTree(depth - 1), right: aTree(depth - 1) };
const wide = object(
  Object.fromEntries(Array.from({ length: 24 }, (_, n) => [`field${n}`, n % 3 ? number : text])),
);
const list = (length, item) => Array.from({ length }, (_, index) => item(index));

/** Types by name, each with a value that is of it. */
const cases = {
  Order: [order, anOrder],
  LimitedOrder: [limited, anOrder],
  PageOf10Orders: [
    object({ orders: { type: "array", items: { $ref: "#/types/Order" } }, page: number }),
    { page: 1, orders: list(10, (id) => ({ ...anOrder, id })) },
  ],
  Wide24: [wide, Object.fromEntries(list(24, (n) => [`field${n}`, n % 3 ? n : "s"]))],
  Change: [change, { type: "filled", id: 1, size: 2 }],
  Tree: [tree, aTree(4)],
  Numbers1000: [{ type: "array", items: number }, list(1000, (n) => n * 1.5)],
  Strings100: [{ type: "array", items: text }, list(100, String)],
  RecordOf20: [
    { type: "object", properties: {}, required: [], additionalProperties: number },
    Object.fromEntries(list(20, (n) => [`k${n}`, n])),
  ],
  Pair: [{ type: "array", prefixItems: [text, number, flag], minItems: 3, items: false }, ["a", 1, true]],
  TextOrNull: [{ anyOf: [text, { type: "null" }] }, null],
  OneOfTen: [{ enum: list(10, (n) => `value${n}`) }, "value7"],
};
const types = Object.fromEntries(Object.entries(cases).map(([name, [schema]]) => [name, schema]));

async function printed() {
  const folder = mkdtempSync(join(tmpdir(), "rpc-bench-"));
  try {
    mkdirSync(join(folder, "node_modules/@rpc"), { recursive: true });
    symlinkSync(
      fileURLToPath(new URL("../../core", import.meta.url)),
      join(folder, "node_modules/@rpc/core"),
    );
    const file = join(folder, "validators.mjs");
    const contract = { rpcContract: 1, name: "bench", hash: "x", services: {}, types };
    writeFileSync(file, await transpile("validators.ts", printValidators(contract)));
    return (await import(pathToFileURL(file).href)).validators.types;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** ajv's own way of naming types; it reads the tag only where its own keyword tells it. */
function compileByAjv(schema) {
  const defs = { ...types, Change: { ...change, "x-tag": undefined } };
  const renamed = JSON.parse(JSON.stringify({ ...schema, $defs: defs }).replaceAll("#/types/", "#/$defs/"));
  if (schema["x-tag"] === undefined) return new Ajv2020({ strict: false }).compile(renamed);
  const { anyOf, ...others } = renamed;
  const discriminator = { propertyName: schema["x-tag"] };
  return new Ajv2020({ strict: false, discriminator: true }).compile({
    ...others,
    type: "object",
    discriminator,
    oneOf: anyOf,
  });
}

/** Nanoseconds that each check takes for one look: the best of several rounds, taken in turns. */
function measure(checks, value) {
  // Several values, or what is looked for once is not looked for again.
  const values = list(16, () => structuredClone(value));
  const run = (check, looks) => {
    const started = process.hrtime.bigint();
    for (let look = 0; look < looks; look++) if (!check(values[look & 15])) throw new Error("refused");
    return Number(process.hrtime.bigint() - started);
  };
  let looks = 1000;
  while (run(checks[0], looks) < 5e6) looks *= 2;
  const rounds = list(15, () => checks.map((check) => run(check, looks) / looks));
  return checks.map((_, index) => Math.min(...rounds.map((round) => round[index])));
}

/** Measures all; `show` prints a figure with its target. */
export async function measureValidators(show) {
  const functions = await printed();
  const known = validatorTypes(types);
  const all = Object.entries(cases).map(([name, [schema, value]]) => ({
    name,
    value,
    ways: [functions[name], createValidator(schema, known).accepts, compileByAjv(schema)],
  }));
  for (let round = 0; round < 2000; round++)
    for (const { ways, value } of all) for (const way of ways) way(value);
  for (const { name, value, ways } of all) {
    const [printed, made, ajv] = measure(ways, value);
    if (name === "Order") show("an order of 8 fields, ns", printed, 50);
    show(
      `${name}: of ajv's time`,
      printed / ajv,
      1.5,
      `${printed.toFixed(0)} ns, ajv ${ajv.toFixed(0)}, unprinted ${made.toFixed(0)}`,
    );
  }
}
