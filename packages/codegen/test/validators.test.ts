import {
  type Contract,
  createValidator,
  type TypeSchema,
  type Validators,
  validatorTypes,
} from "@rpc/core/contract";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { object, randomSchema, randomValue } from "../../core/test/contract/random-schemas.js";
import { SeededRandom } from "../../core/test/contract/seeded.js";
import { printValidators } from "../src/index.js";
import { temporaryProject } from "./temporary-project.js";

const contractOf = (types: Record<string, TypeSchema>, services: Contract["services"] = {}): Contract => ({
  rpcContract: 1,
  name: "shop",
  hash: "sha256-x",
  services,
  types,
});

async function load(contract: Contract): Promise<Validators> {
  const { write, path } = temporaryProject({});
  write("validators.ts", printValidators(contract));
  return (await import(/* @vite-ignore */ path("validators.ts"))).validators;
}

const text: TypeSchema = { type: "string" };
const number: TypeSchema = { type: "number" };

describe("printed validators", () => {
  test("agree with the contract's own on seeded types and values, and with ajv where JSON goes", async () => {
    const random = new SeededRandom(7);
    const types = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`Type${index}`, randomSchema(random, 3, index % 2 === 0)]),
    );
    const printed = await load(contractOf(types));
    let [good, bad] = [0, 0];
    for (const [index, [name, schema]] of Object.entries(types).entries()) {
      const ours = createValidator(schema, validatorTypes(types));
      const oracle = index % 2 === 0 ? undefined : new Ajv2020({ strict: false }).compile(schema);
      for (let count = 0; count < 40; count++) {
        const value = randomValue(random, count % 3 === 0 ? undefined : schema, 3);
        const accepted = printed.types[name]!(value);
        expect({ name, schema, value, accepted }).toEqual({
          name,
          schema,
          value,
          accepted: ours.accepts(value),
        });
        if (oracle !== undefined) {
          const plain = JSON.parse(JSON.stringify(value ?? null));
          expect({ schema, plain, accepted: printed.types[name]!(plain) }).toEqual({
            schema,
            plain,
            accepted: oracle(plain),
          });
        }
        if (accepted) good++;
        else bad++;
      }
    }
    expect(Math.min(good, bad)).toBeGreaterThan(1000);
  });

  test("follow types that contain themselves, and end at a value that does", async () => {
    const types = {
      Tree: object({
        value: number,
        "left?": { $ref: "#/types/Tree" },
        "more?": { type: "array", items: { $ref: "#/types/Forest" } },
      }),
      Forest: object({ trees: { "x-js": { map: [text, { $ref: "#/types/Tree" }] } } }),
      Park: object({ tree: { $ref: "#/types/Tree" } }),
    };
    const { Tree, Park } = (await load(contractOf(types))).types as Record<
      string,
      (value: unknown) => boolean
    >;
    const forest = { trees: new Map([["a", { value: 1, left: { value: 2 } }]]) };
    expect(Tree!({ value: 1, left: { value: 2 }, more: [forest] })).toBe(true);
    expect(Park!({ tree: { value: 1, more: [forest] } })).toBe(true);
    expect(Park!({ tree: { value: 1, more: [{ trees: new Map([["a", {}]]) }] } })).toBe(false);
    const cycle: Record<string, unknown> = { value: 1 };
    cycle["left"] = cycle;
    expect(Tree!(cycle)).toBe(false);
  });

  test("check arguments: what may be left out, and the rest", async () => {
    const params = [
      { name: "symbol", type: text },
      { name: "note", type: text, optional: true },
      { name: "tags", type: number, rest: true },
    ] as const;
    const result = { "x-js": "void" } as const;
    const { arguments: checks } = await load(
      contractOf(
        {},
        {
          Desk: {
            hash: "y",
            members: { place: { kind: "call", params, result }, stop: { kind: "call", params: [], result } },
          },
        },
      ),
    );
    const place = checks["Desk.place"]!;
    const good = [["A"], ["A", undefined], ["A", "n", 1, 2], ["A", "n", undefined]];
    const bad = [[], [1], ["A", null], ["A", "n", "1"], ["A", "n", 1, "2"], ["A", "n", undefined, undefined]];
    expect([good.map(place), bad.map(place)]).toEqual([good.map(() => true), bad.map(() => false)]);
    expect(Object.keys(checks)).toEqual(["Desk.place"]);
  });
});
