import { byId, type Cell, write, writeCell } from "./dom.js";
import { price } from "./format.js";
import type { Quote } from "./generated/desk.js";

const body = byId<HTMLTableSectionElement>("quotes");

/** The newest prices, a row for each instrument; who presses one chooses it. */
export class QuotesTable {
  readonly #shown = new Map<string, Quote>();
  readonly #rows = new Map<string, HTMLTableRowElement>();

  constructor(symbols: readonly string[], choose: (symbol: string) => void) {
    for (const symbol of symbols) {
      const row = body.insertRow();
      const button = document.createElement("button");
      button.type = "button";
      write(button, symbol);
      button.addEventListener("click", () => choose(symbol));
      row.insertCell().append(button);
      for (const _side of ["bid", "ask"]) row.insertCell().className = "number";
      this.#rows.set(symbol, row);
    }
  }

  choose(symbol: string): void {
    for (const [name, row] of this.#rows) row.setAttribute("aria-current", String(name === symbol));
  }

  draw(quotes: ReadonlyMap<string, Quote>): void {
    for (const [symbol, quote] of quotes) {
      const row = this.#rows.get(symbol);
      const before = this.#shown.get(symbol);
      if (row === undefined || before === quote) continue;
      this.#shown.set(symbol, quote);
      // The first cell is the button's.
      writeCell(row.cells[1], priceCell(quote.bid, before?.bid));
      writeCell(row.cells[2], priceCell(quote.ask, before?.ask));
    }
  }
}

function priceCell(value: number, before = value): Cell {
  const moved = value > before ? " rose" : value < before ? " fell" : "";
  return { text: price(value), className: `number${moved}` };
}
