import { type Client, type ClientState, connect } from "@rpc/core/browser";
import { ws } from "@rpc/transport-ws/browser";
import { Chart } from "./chart.js";
import { byId, write } from "./dom.js";
import { follow } from "./feed.js";
import { DeskClient, type Order, type Position, type Quote } from "./generated/desk.js";
import { tell } from "./happenings.js";
import { KeyedRows } from "./keyed-rows.js";
import { createLink } from "./link.js";
import { QuotesTable } from "./quotes.js";
import { Sequence } from "./sequence.js";
import { listenForKeys } from "./shortcuts.js";
import { addTrades, drawOrders, drawPositions, type TimedTrade } from "./tables.js";
import { Ticket } from "./ticket.js";

const symbols = ["AAPL", "AMZN", "GOOG", "IBM", "MSFT", "NVDA"];

/** So few items are sent ahead of a slow tab; the rest waits at the server, where quotes are conflated. */
const creditItems = 32;

const link = createLink(ws());
const { url } = (await (await fetch("/desk.json")).json()) as { url: string };
const client = await connectPatiently();
client.onState(showState);
showState(client.state, undefined);
const desk = client.service(DeskClient);

const chart = new Chart(byId("chart"));
const quotes = new Map<string, Quote>();
const orders = new KeyedRows<Order>(({ id }) => String(id));
const positions = new KeyedRows<Position>(({ symbol }) => symbol);
const quoteSequence = new Sequence();
const tradeSequence = new Sequence();
let newTrades: TimedTrade[] = [];
let lastTradeAt = Date.now();
let lastQuoteAt = Date.now();
let slow = false;

const table = new QuotesTable(symbols, choose);
const ticket = new Ticket(symbols, (order, key) => desk.$with({ key }).placeOrder(order));

const isSlow = () => slow;
const [prices] = await Promise.all([
  follow({
    name: "quotes",
    event: desk.quotes,
    isSlow,
    take(item) {
      quoteSequence.take(item);
      if (item.kind !== "live" && item.kind !== "snapshot" && item.kind !== "replay") return;
      quotes.set(item.value.symbol, item.value);
      chart.add(item.value, item.at);
      lastQuoteAt = Date.now();
    },
  }),
  follow({
    name: "trades",
    event: desk.trades,
    isSlow,
    take(item) {
      tradeSequence.take(item);
      if (item.kind !== "live" && item.kind !== "replay") return;
      newTrades.push({ at: item.at, trade: item.value });
      lastTradeAt = item.at;
      if (item.value.orderId !== undefined) chart.mark(item.value.symbol, item.at, item.value.price);
    },
  }),
  follow({ name: "orders", event: desk.orders, isSlow: () => false, take: (item) => orders.take(item) }),
  follow({
    name: "positions",
    event: desk.positions,
    isSlow: () => false,
    take: (item) => positions.take(item),
  }),
]);

prices.onFreshness(showFreshness);
showFreshness(prices.freshness);

byId("cut").addEventListener("click", toggleLink);
byId("slow").addEventListener("click", toggleSlow);
byId("kill").addEventListener("click", () => void kill());
listenForKeys({
  ...Object.fromEntries(symbols.map((symbol, index) => [String(index + 1), () => choose(symbol)])),
  b: () => ticket.begin("buy"),
  s: () => ticket.begin("sell"),
  c: toggleLink,
  k: () => void kill(),
  l: toggleSlow,
});
choose("AAPL");
setInterval(draw, 100);
draw();

function choose(symbol: string): void {
  write(byId("chart-symbol"), symbol);
  table.choose(symbol);
  ticket.choose(symbol);
  chart.show(symbol);
}

function draw(): void {
  table.draw(quotes);
  drawOrders(orders.values, (id) => void cancel(id));
  drawPositions(positions.values, quotes);
  addTrades(newTrades);
  newTrades = [];
  chart.draw(Date.now());
  const isAged = document.body.classList.contains("aged") && quotes.size > 0;
  write(byId("age"), isAged ? `these are ${Math.floor((Date.now() - lastQuoteAt) / 1000)} s old` : "");
  write(byId("quotes-received"), format(quoteSequence.received));
  write(byId("quotes-conflated"), format(quoteSequence.skipped));
  write(byId("trades-received"), format(tradeSequence.received));
  write(byId("trades-missing"), format(tradeSequence.skipped));
  write(byId("trades-behind"), Math.max(0, (Date.now() - lastTradeAt) / 1000 - 1).toFixed(1));
}

function format(count: number): string {
  return count.toLocaleString("en-US");
}

function showFreshness(freshness: typeof prices.freshness): void {
  const pill = byId("freshness");
  pill.dataset["state"] = freshness;
  document.body.classList.toggle("aged", freshness !== "fresh");
  const words = { fresh: "prices are fresh", stale: "prices are stale", down: "no prices come" };
  write(pill, words[freshness]);
}

function showState(state: ClientState, reason: Error | undefined): void {
  const pill = byId("state");
  pill.dataset["state"] = state;
  write(pill, state);
  write(byId("reason"), state === "online" ? "" : (reason?.message ?? ""));
  tell(
    state === "online" ? "good" : state === "resuming" ? "odd" : "bad",
    reason === undefined ? state : `${state}: ${reason.message}`,
  );
}

function toggleLink(): void {
  if (link.isCut) link.mend();
  else link.cut();
  const button = byId("cut");
  button.setAttribute("aria-pressed", String(link.isCut));
  write(button.querySelector("span") as HTMLElement, link.isCut ? "Mend the link" : "Cut the link");
}

function toggleSlow(): void {
  slow = !slow;
  byId("slow").setAttribute("aria-pressed", String(slow));
  tell("odd", slow ? "this tab takes 150 ms over each quote and trade now" : "this tab is quick again");
}

async function kill(): Promise<void> {
  const button = byId<HTMLButtonElement>("kill");
  if (button.disabled) return;
  button.disabled = true;
  tell("odd", "the server is killed; another starts in 2 s");
  await fetch("/kill", { method: "POST" }).catch(() => {});
  button.disabled = false;
}

async function cancel(id: number): Promise<void> {
  try {
    await desk.cancelOrder(id);
  } catch (error) {
    tell("bad", `cancel of order ${id}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function connectPatiently(): Promise<Client> {
  for (;;) {
    try {
      return await connect(url, {
        transports: [link.transport],
        limits: { subscriptionCreditItems: creditItems },
      });
    } catch (error) {
      write(byId("reason"), error instanceof Error ? error.message : String(error));
    }
  }
}
