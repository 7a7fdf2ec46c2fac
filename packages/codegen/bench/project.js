import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const core = fileURLToPath(new URL("../../core", import.meta.url));

/** Writes a project of this many services, each with five methods and an event, and types of its own in another file. */
export function writeProject(folder, services) {
  const write = (file, text) => {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  mkdirSync(join(folder, "node_modules/@rpc"), { recursive: true });
  symlinkSync(core, join(folder, "node_modules/@rpc/core"));
  write("package.json", '{ "name": "shop", "type": "module" }');
  write(
    "tsconfig.json",
    JSON.stringify({
      compilerOptions: {
        target: "ES2022",
        lib: ["ES2023"],
        module: "NodeNext",
        types: [],
        strict: true,
        skipLibCheck: true,
        noEmit: true,
        experimentalDecorators: true,
      },
      include: ["src"],
    }),
  );
  write("src/common.ts", common);
  for (let number = 0; number < services; number++) {
    write(`src/desk${number}/types.ts`, types(number));
    write(`src/desk${number}/service.ts`, service(number));
  }
}

const common = `/** Part of a long answer. */
export interface Page<Item> {
  items: Item[];
  next?: string;
}

export enum Status {
  Open = "open",
  Done = "done",
}

export type Partially<Kind> = { [Name in keyof Kind]?: Kind[Name] };
`;

const types = (n) => `import type { Status } from "../common.js";

/** Which way. */
export type Side${n} = "buy" | "sell";

/** What is wanted. */
export interface Order${n} {
  /** Of this desk. */
  readonly id: bigint;
  side: Side${n};
  status: Status;
  /** @minimum 0 */
  price: number;
  placed: Date;
  tags: Set<string>;
  notes?: Map<string, string | null>;
  legs: readonly Leg${n}[];
}

export interface Leg${n} {
  symbol: string;
  ratio: number;
  parent?: Order${n};
}

export type Change${n} =
  | { type: "placed"; order: Order${n} }
  | { type: "filled"; id: bigint; size: number }
  | { type: "gone"; id: bigint; reason?: string };
`;

const service = (n) => `import { Event, event, expose, service } from "@rpc/core";
import type { Page, Partially } from "../common.js";
import type { Change${n}, Order${n}, Side${n} } from "./types.js";

/** A desk. */
@service("Desk${n}")
export class Desk${n} {
  /** What happens. */
  @event()
  readonly changes = new Event<Change${n}>();

  readonly #orders = new Map<bigint, Order${n}>();

  /**
   * Places an order.
   *
   * @param order What is wanted.
   * @returns Its number.
   */
  @expose()
  async place(order: Omit<Order${n}, "id" | "status">, urgent = false): Promise<bigint> {
    const id = BigInt(this.#orders.size + (urgent ? 1 : 0) + order.legs.length);
    this.changes.publish("placed", { type: "gone", id });
    return id;
  }

  @expose()
  list(side: Side${n} | null, ...tags: string[]): Page<Order${n}> {
    const items = [...this.#orders.values()].filter((order) => order.side === side && tags.every((tag) => order.tags.has(tag)));
    return { items };
  }

  @expose({ idempotent: true })
  async change(id: bigint, to: Partially<Pick<Order${n}, "price" | "side">>): Promise<Order${n} | undefined> {
    const order = this.#orders.get(id);
    return order && Object.assign(order, to);
  }

  @expose()
  async *follow(ids?: readonly bigint[]): AsyncGenerator<Change${n}> {
    for (const id of ids ?? []) yield { type: "filled", id, size: 1 };
  }

  @expose()
  watch(symbol: string, told: (price: number, at: Date) => void): void {
    told(symbol.length, new Date());
  }
}
`;
