import {
  type Contract,
  compareContracts,
  type MemberContract,
  type RuleId,
  rules,
  type TypeSchema,
} from "@rpc/core/contract";
import { describe, expect, test } from "vitest";

type Members = Record<string, unknown>;
type Edit = readonly [before: Members, after: Members];

const text: TypeSchema = { type: "string" };
const number: TypeSchema = { type: "number" };
const nothing: TypeSchema = { type: "null" };
const absent: TypeSchema = { "x-js": "undefined" };
const date: TypeSchema = { "x-js": "date" };
const bigint: TypeSchema = { "x-js": "bigint" };
const union = (...anyOf: TypeSchema[]): TypeSchema => ({ anyOf });
const array = (items: TypeSchema): TypeSchema => ({ type: "array", items });
const ref = (name: string): TypeSchema => ({ $ref: `#/types/${name}` });

/** `?` at the end of a name makes a property optional. */
function object(properties: Record<string, TypeSchema>): TypeSchema {
  const entries = Object.entries(properties);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, type]) => [name.replace("?", ""), type])),
    required: entries.flatMap(([name]) => (name.endsWith("?") ? [] : [name])),
  };
}

function contract(members: Members, types: Record<string, TypeSchema> = {}): Contract {
  const service = { hash: "", members: members as Record<string, MemberContract> };
  return { rpcContract: 1, name: "test", hash: "", services: { Desk: service }, types };
}

const call = (params: Record<string, unknown>[], result: TypeSchema = text, more: object = {}) => ({
  kind: "call",
  params,
  result,
  ...more,
});
const param = (type: TypeSchema, more: object = {}) => ({ name: "value", type, ...more });
const takes = (before: TypeSchema, after: TypeSchema): Edit => [
  { run: call([param(before)]) },
  { run: call([param(after)]) },
];
const gives = (before: TypeSchema, after: TypeSchema): Edit => [
  { run: call([], before) },
  { run: call([], after) },
];
const callback = (params: TypeSchema[], result: TypeSchema = { "x-js": "void" }): TypeSchema =>
  ({
    "x-js": { callback: { params: params.map((type, index) => ({ name: `a${index}`, type })), result } },
  }) as never;

const market = object({ type: { const: "market" }, qty: number });
const limit = object({ type: { const: "limit" }, qty: number, price: number });
const orders = (...members: TypeSchema[]): TypeSchema => ({ anyOf: members, "x-tag": "type" });

const edits: Record<string, readonly [Edit, RuleId | undefined]> = {
  "nothing changed": [takes(text, text), undefined],
  "a method is gone": [[{ run: call([]), stop: call([]) }, { run: call([]) }], "member-removed"],
  "a method has another name, and the old one too": [
    [{ run: call([]) }, { start: call([], text, { formerly: ["go", "run"] }) }],
    "member-renamed",
  ],
  "a method has another name, and the old one belongs to another": [
    [{ run: call([]) }, { start: call([], text, { formerly: ["run"] }), run: call([]) }],
    "member-added",
  ],
  "an old name is gone": [
    [{ start: call([], text, { formerly: ["run"] }) }, { start: call([]) }],
    "former-name-removed",
  ],
  "a method is new": [[{ run: call([]) }, { run: call([]), stop: call([]) }], "member-added"],
  "a method became an event": [
    [{ run: call([]) }, { run: { kind: "event", mode: "signal", payload: text } }],
    "member-kind-changed",
  ],
  "a required parameter more": [[{ run: call([]) }, { run: call([param(text)]) }], "param-required-added"],
  "an optional parameter more": [
    [{ run: call([]) }, { run: call([param(text, { optional: true })]) }],
    "param-optional-added",
  ],
  "a parameter less": [[{ run: call([param(text)]) }, { run: call([]) }], "param-removed"],
  "an optional parameter that must be given": [
    [{ run: call([param(text, { optional: true })]) }, { run: call([param(text)]) }],
    "param-made-required",
  ],
  "a parameter that can be left out": [
    [{ run: call([param(text)]) }, { run: call([param(text, { optional: true })]) }],
    "param-made-optional",
  ],
  "two parameters change places": [
    [
      {
        run: call([
          { name: "a", type: text },
          { name: "b", type: text },
        ]),
      },
      {
        run: call([
          { name: "b", type: text },
          { name: "a", type: text },
        ]),
      },
    ],
    "param-moved",
  ],
  "a parameter has another name": [
    [{ run: call([{ name: "a", type: text }]) }, { run: call([{ name: "b", type: text }]) }],
    "param-renamed",
  ],
  "the rest is no longer taken": [
    [{ run: call([param(text, { rest: true })]) }, { run: call([param(text, { optional: true })]) }],
    "param-rest-removed",
  ],
  "another default": [
    [
      { run: call([param(number, { optional: true, default: "1" })]) },
      { run: call([param(number, { optional: true, default: "2" })]) },
    ],
    "default-changed",
  ],
  "number became bigint": [takes(number, bigint), "wire-tag-changed"],
  "bigint became number in a result": [gives(bigint, number), "wire-tag-changed"],
  "Date became string": [gives(date, text), "wire-tag-changed"],
  "an array became a Set": [gives(array(text), { "x-js": { set: text } }), "wire-tag-changed"],
  "a typed array of another kind": [
    takes({ "x-js": { typedArray: "Float64Array" } }, { "x-js": { typedArray: "Float32Array" } }),
    "wire-tag-changed",
  ],
  "another input type": [takes(text, { type: "boolean" }), "input-type-changed"],
  "another output type": [gives(text, { type: "boolean" }), "output-type-changed"],
  "anything became something": [takes({ "x-js": "any" }, text), "input-type-changed"],
  "something became anything in a result": [gives(text, { "x-js": "any" }), "output-type-changed"],
  "null is refused": [takes(union(text, nothing), text), "input-null-refused"],
  "null may come": [gives(text, union(text, nothing)), "output-null-added"],
  "undefined is refused": [takes(union(text, absent), text), "input-undefined-refused"],
  "undefined may come": [gives(text, union(text, absent)), "output-undefined-added"],
  "null is taken": [takes(text, union(text, nothing)), "input-widened"],
  "null no longer comes": [gives(union(text, nothing), text), "output-narrowed"],
  "a value is refused": [takes({ enum: ["buy", "sell"] }, { enum: ["buy"] }), "input-value-removed"],
  "a value is taken": [takes({ enum: ["buy"] }, { enum: ["buy", "sell"] }), "input-widened"],
  "a value may come": [gives({ enum: ["buy"] }, { enum: ["buy", "sell"] }), "output-value-added"],
  "a literal became any string in a parameter": [takes({ const: "buy" }, text), "input-widened"],
  "a literal became any string in a result": [gives({ const: "buy" }, text), "output-type-changed"],
  "a boolean lost one of its values": [takes({ type: "boolean" }, { const: true }), "input-value-removed"],
  "a member of a tagged union is refused": [takes(orders(market, limit), market), "input-member-removed"],
  "a member of a tagged union may come": [gives(market, orders(market, limit)), "output-member-added"],
  "a member of a tagged union is changed": [
    takes(
      orders(market, limit),
      orders(market, object({ type: { const: "limit" }, qty: number, price: number, stop: number })),
    ),
    "input-property-required",
  ],
  "a member of a tagged union is taken": [takes(orders(market), orders(market, limit)), "input-widened"],
  "a property must be sent": [
    takes(object({ a: text }), object({ a: text, b: text })),
    "input-property-required",
  ],
  "an optional property must be sent": [
    takes(object({ "b?": text }), object({ b: text })),
    "input-property-required",
  ],
  "an optional property may be sent": [
    takes(object({ a: text }), object({ a: text, "b?": text })),
    "input-widened",
  ],
  "a property is ignored": [
    takes(object({ a: text, b: text }), object({ a: text })),
    "input-property-ignored",
  ],
  "a property is gone": [gives(object({ a: text, b: text }), object({ a: text })), "output-property-removed"],
  "a property may be absent": [
    gives(object({ a: text }), object({ "a?": text })),
    "output-property-optional",
  ],
  "an optional property never comes": [
    gives(object({ a: text, "b?": text }), object({ a: text })),
    "output-property-unsent",
  ],
  "a property more": [gives(object({ a: text }), object({ a: text, b: text })), "output-narrowed"],
  "an optional property more in a result": [
    gives(object({ a: text }), object({ a: text, "b?": text })),
    "output-narrowed",
  ],
  "a higher minimum": [
    takes({ type: "number", minimum: 0 }, { type: "number", minimum: 1 }),
    "input-constraint-tightened",
  ],
  "a lower minimum": [takes({ type: "number", minimum: 1 }, { type: "number", minimum: 0 }), "input-widened"],
  "a pattern": [takes(text, { type: "string", pattern: "^a" }), "input-constraint-tightened"],
  "whole numbers only": [takes(number, { type: "integer" }), "input-constraint-tightened"],
  "a longer text may come": [
    gives({ type: "string", maxLength: 5 }, { type: "string", maxLength: 9 }),
    "output-constraint-loosened",
  ],
  "a tuple is longer": [
    takes(
      { type: "array", prefixItems: [text], minItems: 1, items: false },
      { type: "array", prefixItems: [text, text], minItems: 2, items: false },
    ),
    "input-length-changed",
  ],
  "an element of an array": [gives(array(text), array(number)), "output-type-changed"],
  "the value of a map": [
    takes({ "x-js": { map: [text, number] } }, { "x-js": { map: [text, text] } }),
    "input-type-changed",
  ],
  "what a callback is given is wider": [
    takes(callback([text]), callback([union(text, nothing)])),
    "output-null-added",
  ],
  "what a callback is given is narrower": [
    takes(callback([union(text, nothing)]), callback([text])),
    "input-widened",
  ],
  "what a callback answers must be narrower": [
    takes(callback([], union(text, nothing)), callback([], text)),
    "input-null-refused",
  ],
  "an error more": [[{ run: call([]) }, { run: call([], text, { throws: ["NameTaken"] }) }], "error-added"],
  "an error less": [[{ run: call([], text, { throws: ["NameTaken"] }) }, { run: call([]) }], "error-removed"],
  "no longer idempotent": [
    [{ run: call([], text, { idempotent: true }) }, { run: call([]) }],
    "idempotent-removed",
  ],
  "idempotent now": [[{ run: call([]) }, { run: call([], text, { idempotent: true }) }], "idempotent-added"],
  "once now": [[{ run: call([]) }, { run: call([], text, { once: true }) }], "option-changed"],
  "another delivery mode": [
    [
      { told: { kind: "event", mode: "signal", payload: text } },
      { told: { kind: "event", mode: "latest", payload: text } },
    ],
    "mode-changed",
  ],
  "the payload of an event": [
    [
      { told: { kind: "event", mode: "log", payload: object({ a: text }) } },
      { told: { kind: "event", mode: "log", payload: object({}) } },
    ],
    "output-property-removed",
  ],
  "the item of a stream": [
    [
      { run: { kind: "stream", params: [], item: text } },
      { run: { kind: "stream", params: [], item: number } },
    ],
    "output-type-changed",
  ],
  "a doc comment": [[{ run: call([]) }, { run: call([], text, { doc: "Runs." }) }], "docs-changed"],
};

describe("compareContracts", () => {
  for (const [name, [[before, after], rule]] of Object.entries(edits)) {
    test(`${name}: ${rule ?? "no finding"}`, () => {
      const found = compareContracts(contract(before), contract(after));
      expect(found.map((finding) => finding.rule)).toEqual(rule === undefined ? [] : [rule]);
      if (rule !== undefined)
        expect(found[0]).toMatchObject({
          severity: rules[rule].severity,
          path: expect.stringMatching(/^Desk/),
        });
    });
  }

  test("a service that is gone, and one that is new", () => {
    const renamed = { ...contract({ run: call([]) }), services: { Till: contract({}).services["Desk"]! } };
    const found = compareContracts(contract({ run: call([]) }), renamed);
    expect(found.map(({ rule, path }) => [rule, path])).toEqual([
      ["service-removed", "Desk"],
      ["service-added", "Till"],
    ]);
  });

  test("what several members meet in one type is one finding that names them", () => {
    const members = { a: call([param(ref("Order"))]), b: call([param(array(ref("Order")))]), c: call([]) };
    const [finding, ...others] = compareContracts(
      contract(members, { Order: object({ qty: number }) }),
      contract(members, { Order: object({ qty: bigint }) }),
    );
    expect(others).toEqual([]);
    expect(finding).toEqual({
      rule: "wire-tag-changed",
      severity: "breaking",
      path: "Order.qty",
      members: ["Desk.a", "Desk.b"],
      before: "number",
      after: "bigint",
      message: "number and bigint are different types on the wire",
    });
  });

  test("names of types do not matter on the wire, and do to who compiles", () => {
    const before = contract({ run: call([], ref("Order")) }, { Order: object({ qty: number }) });
    const after = contract({ run: call([], ref("Trade")) }, { Trade: object({ qty: number }) });
    expect(compareContracts(before, after).map(({ rule, severity }) => [rule, severity])).toEqual([
      ["type-removed", "safe"],
    ]);
    expect(compareContracts(before, after, { profile: "source" })[0]).toMatchObject({
      rule: "type-removed",
      severity: "breaking",
    });
  });

  test("types that contain themselves are compared to their end", () => {
    const tree = (value: TypeSchema) => ({
      Tree: object({ value, children: array(ref("Tree")), "parent?": ref("Tree") }),
    });
    const members = { run: call([param(ref("Tree"))], ref("Tree")) };
    expect(compareContracts(contract(members, tree(text)), contract(members, tree(text)))).toEqual([]);
    const found = compareContracts(contract(members, tree(text)), contract(members, tree(number)));
    expect(found.map(({ rule, path }) => [rule, path])).toEqual([
      ["input-type-changed", "Tree.value"],
      ["output-type-changed", "Tree.value"],
    ]);
    // The same type, once unrolled.
    const unrolled = {
      Tree: object({
        value: text,
        children: array(object({ value: text, children: array(ref("Tree")), "parent?": ref("Tree") })),
        "parent?": ref("Tree"),
      }),
    };
    expect(compareContracts(contract(members, tree(text)), contract(members, unrolled))).toEqual([]);
  });

  test("members of a union without a tag are matched by what fits", () => {
    const either = union(object({ a: text }), object({ b: text }));
    const turned = union(object({ b: text, "c?": text }), object({ a: text }));
    expect(compareContracts(...pairOf(takes(either, turned))).map(({ rule }) => rule)).toEqual([
      "input-widened",
    ]);
  });

  test("a hostile contract costs a bounded amount of work", () => {
    const types: Record<string, TypeSchema> = {};
    for (let index = 0; index < 60; index++) {
      const next = (step: number) => ref(`T${(index + step) % 60}`);
      types[`T${index}`] = union(
        ...[1, 7, 13, 29].map((step) =>
          object({ a: next(step), b: union(next(step + 1), next(step + 2)), [`p${index}_${step}`]: text }),
        ),
      );
    }
    const other = structuredClone(types);
    for (const type of Object.values(other))
      (type["anyOf"] as { properties: Record<string, unknown> }[])[0]!.properties["q"] = text;
    const members = { run: call([param(ref("T0"))]) };
    const started = performance.now();
    const found = compareContracts(contract(members, types), contract(members, other), { maxSteps: 200_000 });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(found.length).toBeGreaterThan(0);
  });

  test("a contract that nests without end, or leads nowhere, is told and does not throw", () => {
    let deep: TypeSchema = text;
    for (let index = 0; index < 20_000; index++) deep = { type: "array", items: deep };
    let unions: TypeSchema = text;
    for (let index = 0; index < 20_000; index++) unions = { anyOf: [unions] };
    expect(compareContracts(...pairOf(takes(deep, array(text)))).length).toBeGreaterThan(0);
    expect(compareContracts(...pairOf(takes(unions, text)))).toEqual([]);
    const loop = { A: ref("B"), B: ref("A"), Nobody: ref("Missing") };
    const members = { run: call([param(ref("A"))], ref("Nobody")) };
    expect(
      compareContracts(contract(members, loop), contract({ run: call([param(text)]) })).length,
    ).toBeGreaterThan(0);
    const odd = {
      services: { Desk: { members: { run: 7, stop: { params: "x", kind: "call" } } } },
      types: { A: 3 },
    };
    expect(() => compareContracts(odd as never, contract({ run: call([]), stop: call([]) }))).not.toThrow();
    expect(() => compareContracts({} as never, null as never)).toThrow();
  });

  test("a thousand methods are compared in the time that CI does not notice", () => {
    const types: Record<string, TypeSchema> = {};
    const members: Members = {};
    for (let index = 0; index < 1000; index++) {
      types[`Order${index}`] = object({
        id: text,
        side: { enum: ["buy", "sell"] },
        at: date,
        lines: array(ref(`Order${(index + 1) % 1000}`)),
        kind: orders(market, limit),
      });
      members[`m${index}`] = call(
        [param(ref(`Order${index}`)), { name: "note", type: text, optional: true }],
        union(ref(`Order${index}`), nothing),
      );
    }
    const [before, after] = [
      contract(members, types),
      contract(structuredClone(members), structuredClone(types)),
    ];
    const started = performance.now();
    expect(compareContracts(before, after)).toEqual([]);
    const took = performance.now() - started;
    console.info(`1,000 methods compared in ${took.toFixed(0)} ms`);
    expect(took).toBeLessThan(2_000);
  });
});

function pairOf([before, after]: Edit): [Contract, Contract] {
  return [contract(before), contract(after)];
}
