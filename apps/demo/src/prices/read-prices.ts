import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { parseCsv } from "./csv.js";
import { Prices, type Tick } from "./prices.js";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Reads real prices from the package vega-datasets: the S&P 500 by day, five shares by month, from 2000 on. */
export function readPrices(): Prices {
  return new Prices([
    ...parseIndex("sp500-2000.csv", readText("sp500-2000.csv")),
    ...parseShares("stocks.csv", readText("stocks.csv")),
  ]);
}

/** Reads daily bars of the index SPX. Throws an `Error` with the line for what is no price or date. */
export function parseIndex(name: string, text: string): Tick[] {
  const rows = parseCsv(name, text, ["date", "open", "high", "low", "close", "adjclose", "volume"]);
  return rows.map((row, index) => {
    const place = `${name}:${index + 2}`;
    if (!/^\d+$/.test(row.volume)) throw new Error(`${place}: expected a volume, got ${row.volume}`);
    return {
      symbol: "SPX",
      day: parseDay(place, row.date),
      price: parsePrice(place, row.close),
      bar: {
        open: parsePrice(place, row.open),
        high: parsePrice(place, row.high),
        low: parsePrice(place, row.low),
        volume: BigInt(row.volume),
      },
    };
  });
}

/** Reads monthly prices of shares, dated `Jan 1 2000`. Throws an `Error` with the line for what is no price or date. */
export function parseShares(name: string, text: string): Tick[] {
  return parseCsv(name, text, ["symbol", "date", "price"]).map(({ symbol, date, price }, index) => {
    const place = `${name}:${index + 2}`;
    const [month = "", day = "", year = ""] = date.split(" ");
    const number = String(months.indexOf(month) + 1).padStart(2, "0");
    return {
      symbol,
      day: parseDay(place, `${year}-${number}-${day.padStart(2, "0")}`),
      price: parsePrice(place, price),
    };
  });
}

// The package exports its code only, so its data is found beside that code.
function readText(name: string): string {
  const code = createRequire(import.meta.url).resolve("vega-datasets");
  return readFileSync(new URL(`../data/${name}`, pathToFileURL(code)), "utf8");
}

function parseDay(place: string, text: string): Date {
  const day = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) throw new Error(`${place}: expected a date, got ${text}`);
  return day;
}

function parsePrice(place: string, text: string): number {
  const price = Number(text);
  if (!(price > 0)) throw new Error(`${place}: expected a price, got ${text}`);
  return price;
}
