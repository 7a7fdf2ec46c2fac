import type { Contract } from "@rpc/core";

const text = { type: "string" };
const number = { type: "number" };
const object = (properties: Readonly<Record<string, object>>) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
});
const bytes = { "x-js": "bytes" } as const;

/** What `rpc generate` would write for the service of the bench: arguments are checked against it. */
export const contract: Contract = {
  rpcContract: 1,
  name: "@rpc/bench",
  hash: "sha256-bench",
  types: {
    Account: object({ desk: text, trader: text, book: number, limits: { type: "array", items: number } }),
    Fill: object({ venue: text, price: number, quantity: number, fee: number, at: number }),
    Order: object({
      id: text,
      symbol: text,
      side: text,
      quantity: number,
      limit: number,
      open: { type: "boolean" },
      placedAt: number,
      account: { $ref: "#/types/Account" },
      fills: { type: "array", items: { $ref: "#/types/Fill" } },
      note: text,
    }),
    Tick: object({ n: number, symbol: text, bid: number, ask: number, at: number }),
  },
  services: {
    Bench: {
      hash: "sha256-bench",
      members: {
        bytes: { kind: "call", params: [{ name: "block", type: bytes }], result: bytes },
        changeName: { kind: "call", params: [{ name: "newName", type: text }], result: text },
        echo: {
          kind: "call",
          params: [{ name: "order", type: { $ref: "#/types/Order" } }],
          result: { $ref: "#/types/Order" },
        },
        publish: { kind: "call", params: [{ name: "count", type: number }], result: { "x-js": "void" } },
        signals: { kind: "event", mode: "signal", payload: { $ref: "#/types/Tick" } },
        stream: { kind: "stream", params: [{ name: "count", type: number }], item: { $ref: "#/types/Tick" } },
        ticks: { kind: "event", mode: "log", payload: { $ref: "#/types/Tick" } },
      },
    },
  },
};
