import { byId, writeCells } from "./dom.js";
import * as format from "./format.js";
import type { Order, Position, Quote, Trade } from "./generated/desk.js";

const mostTrades = 120;

/** Orders, newest first, each open one with a button that cancels it. */
export function drawOrders(orders: readonly Order[], cancel: (id: number) => void): void {
  const body = byId<HTMLTableSectionElement>("orders");
  if (drawEmpty(body, orders.length, "no orders yet")) return;
  const rows = new Map([...body.rows].map((row) => [row.dataset["id"], row]));
  for (const { id, symbol, side, quantity, filled, limit, state } of orders.toSorted(
    (one, other) => one.id - other.id,
  )) {
    // Each order keeps its row, so that a button that has the focus keeps it when another order comes.
    const row = rows.get(String(id)) ?? body.insertRow(0);
    row.dataset["id"] = String(id);
    rows.delete(String(id));
    writeCells(row, [
      { text: String(id), className: "number" },
      { text: symbol },
      { text: side, className: side },
      { text: `${format.shares(filled)} of ${format.shares(quantity)}`, className: "number" },
      { text: limit === undefined ? "market" : format.price(limit), className: "number" },
    ]);
    drawState(row, id, state, cancel);
  }
  for (const gone of rows.values()) gone.remove();
}

/** What the desk holds, with its gain at the prices of now. */
export function drawPositions(positions: readonly Position[], quotes: ReadonlyMap<string, Quote>): void {
  const body = byId<HTMLTableSectionElement>("positions");
  if (drawEmpty(body, positions.length, "nothing held")) return;
  fit(body, positions.length);
  for (const [index, { symbol, quantity, averagePrice }] of positions.entries()) {
    const quote = quotes.get(symbol);
    const now = quantity > 0 ? quote?.bid : quote?.ask;
    const won = now === undefined ? 0 : (now - averagePrice) * quantity;
    writeCells(body.rows[index] as HTMLTableRowElement, [
      { text: symbol },
      { text: format.shares(quantity), className: "number" },
      { text: format.price(averagePrice), className: "number" },
      { text: format.gain(won), className: `number ${won < 0 ? "loss" : "gain"}` },
    ]);
  }
}

/** A trade and when it was. */
export interface TimedTrade {
  readonly at: number;
  readonly trade: Trade;
}

/** Writes trades above those that are there, newest first. */
export function addTrades(trades: readonly TimedTrade[]): void {
  const body = byId<HTMLTableSectionElement>("trades");
  for (const { at, trade } of trades.slice(-mostTrades)) {
    const row = body.insertRow(0);
    if (trade.orderId !== undefined) row.className = "own";
    writeCells(row, [
      { text: format.timeOfDay(at) },
      { text: trade.symbol },
      { text: trade.side, className: trade.side },
      { text: format.shares(trade.quantity), className: "number" },
      { text: format.price(trade.price), className: "number" },
    ]);
  }
  while (body.rows.length > mostTrades) body.deleteRow(-1);
}

function drawState(
  row: HTMLTableRowElement,
  id: number,
  state: Order["state"],
  cancel: (id: number) => void,
): void {
  const cell = row.cells[5] ?? row.insertCell();
  const key = `${id} ${state}`;
  if (cell.dataset["key"] === key) return;
  cell.dataset["key"] = key;
  if (state !== "open") return cell.replaceChildren(state);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Cancel";
  button.setAttribute("aria-label", `Cancel order ${id}`);
  button.addEventListener("click", () => cancel(id));
  cell.replaceChildren(button);
}

function drawEmpty(body: HTMLTableSectionElement, count: number, words: string): boolean {
  const note = body.querySelector(".empty");
  if (count > 0) {
    note?.closest("tr")?.remove();
    return false;
  }
  if (note === null) {
    body.replaceChildren();
    const cell = body.insertRow().insertCell();
    cell.className = "empty";
    cell.colSpan = 6;
    cell.textContent = words;
  }
  return true;
}

function fit(body: HTMLTableSectionElement, count: number): void {
  while (body.rows.length < count) body.insertRow();
  while (body.rows.length > count) body.deleteRow(-1);
}
