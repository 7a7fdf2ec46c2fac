import { RpcError } from "@rpc/core/browser";
import { byId, write } from "./dom.js";
import { price, shares } from "./format.js";
import type { Order, OrderRequest } from "./generated/desk.js";

const form = byId<HTMLFormElement>("ticket");
const symbol = byId<HTMLSelectElement>("symbol");
const place = byId<HTMLButtonElement>("place");
const told = byId<HTMLOutputElement>("told");

/** The order ticket. `send` places one order, under a key of its own. */
export class Ticket {
  constructor(symbols: readonly string[], send: (order: OrderRequest, key: string) => Promise<Order>) {
    symbol.replaceChildren(...symbols.map((name) => new Option(name, name)));
    form.addEventListener("input", () => this.#label());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#place(send);
    });
    this.#label();
  }

  choose(name: string): void {
    symbol.value = name;
    this.#label();
  }

  /** Begins an order on that side, with the cursor in its number of shares. */
  begin(side: "buy" | "sell"): void {
    (form.elements.namedItem("side") as RadioNodeList).value = side;
    this.#label();
    (form.elements.namedItem("quantity") as HTMLInputElement).select();
  }

  #read(): OrderRequest {
    const given = new FormData(form);
    const limit = String(given.get("limit"));
    return {
      symbol: String(given.get("symbol")),
      side: given.get("side") === "sell" ? "sell" : "buy",
      quantity: Number(given.get("quantity")),
      ...(limit === "" ? {} : { limit: Number(limit) }),
    };
  }

  #label(): void {
    const { side, quantity, symbol: name, limit } = this.#read();
    place.dataset["side"] = side;
    const at = limit === undefined ? "at the market" : `at ${price(limit)}`;
    write(place, `${side === "buy" ? "Buy" : "Sell"} ${shares(quantity)} ${name} ${at}`);
  }

  // The key is made once for each intent, so that whatever becomes of the link it is one order.
  async #place(send: (order: OrderRequest, key: string) => Promise<Order>): Promise<void> {
    this.#tell("waits", "on its way…");
    try {
      const { id, side, quantity, symbol: name } = await send(this.#read(), crypto.randomUUID());
      this.#tell("taken", `order ${id} taken: ${side} ${shares(quantity)} ${name}`);
    } catch (error) {
      const outcome = RpcError.is(error) ? ` (${error.code}, ${error.outcome})` : "";
      this.#tell("refused", `${error instanceof Error ? error.message : String(error)}${outcome}`);
    }
  }

  #tell(kind: "waits" | "taken" | "refused", words: string): void {
    told.dataset["kind"] = kind;
    write(told, words);
  }
}
