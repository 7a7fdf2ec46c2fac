import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { price } from "./format.js";
import type { Quote } from "./generated/desk.js";

const spanSeconds = 90;

/** What the first quotes have to themselves, so that they are no needle at the rim. */
const leastSeconds = 10;

/** Quotes further apart than this are not joined: what was between them is not known here. */
const mostApartSeconds = 2.5;

/** Times, bids, asks, prices of own trades; null where there is none. */
type Series = [number[], (number | null)[], (number | null)[], (number | null)[]];

/** Bid and ask of one instrument at a time, moving. */
export class Chart {
  readonly #place: HTMLElement;
  readonly #series = new Map<string, Series>();
  #symbol = "";
  #plot: uPlot | undefined;

  constructor(place: HTMLElement) {
    this.#place = place;
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show(this.#symbol));
  }

  /** Shows another instrument. */
  show(symbol: string): void {
    this.#symbol = symbol;
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(), this.#seriesOf(symbol), this.#place);
  }

  add({ symbol, bid, ask }: Quote, at: number): void {
    const before = this.#seriesOf(symbol)[0].at(-1);
    if (before !== undefined && at / 1000 - before > mostApartSeconds)
      this.#push(symbol, [before, null, null, null]);
    this.#push(symbol, [at / 1000, bid, ask, null]);
  }

  /** Marks a trade of this desk. */
  mark(symbol: string, at: number, paid: number): void {
    const [, bids, asks] = this.#seriesOf(symbol);
    this.#push(symbol, [at / 1000, bids.at(-1) ?? null, asks.at(-1) ?? null, paid]);
  }

  draw(now: number): void {
    if (this.#plot === undefined) return;
    this.#plot.setData(this.#seriesOf(this.#symbol), false);
    const max = now / 1000;
    const [times, bids, asks] = this.#seriesOf(this.#symbol);
    const min = Math.max(max - spanSeconds, Math.min(times[0] ?? max, max - leastSeconds));
    const low = Math.min(...bids.filter((value) => value !== null));
    const high = Math.max(...asks.filter((value) => value !== null));
    const rim = Math.max((high - low) * 0.12, 0.05);
    this.#plot.batch(() => {
      this.#plot?.setScale("x", { min, max });
      if (low <= high) this.#plot?.setScale("y", { min: low - rim, max: high + rim });
    });
  }

  #push(symbol: string, [at, ...values]: [number, number | null, number | null, number | null]): void {
    const series = this.#seriesOf(symbol);
    // Times only grow, as the plot wants it; replayed trades come late.
    series[0].push(Math.max(at, series[0].at(-1) ?? 0));
    for (const [index, value] of values.entries()) (series[index + 1] as (number | null)[]).push(value);
    const from = (series[0].at(-1) as number) - spanSeconds - 5;
    if ((series[0][200] ?? Number.POSITIVE_INFINITY) < from)
      for (const column of series) column.splice(0, 200);
  }

  #seriesOf(symbol: string): Series {
    const series = this.#series.get(symbol) ?? [[], [], [], []];
    this.#series.set(symbol, series);
    return series;
  }

  #size(): { width: number; height: number } {
    return { width: this.#place.clientWidth, height: this.#place.clientHeight };
  }

  #options(): uPlot.Options {
    const style = getComputedStyle(this.#place);
    const resolve = (name: string) => {
      this.#place.style.color = `var(${name})`;
      const { color } = style;
      this.#place.style.color = "";
      return color;
    };
    const [muted, line] = [resolve("--muted"), resolve("--line")];
    const axis = {
      stroke: muted,
      grid: { stroke: line, width: 1 },
      ticks: { show: false },
      font: "11px system-ui",
    };
    return {
      ...this.#size(),
      legend: { show: false },
      cursor: { y: false, points: { show: false } },
      scales: { x: { time: true, auto: false }, y: { auto: false } },
      axes: [
        {
          ...axis,
          size: 28,
          space: 80,
          values: (_plot, times) => times.map((time) => new Date(time * 1000).toTimeString().slice(0, 8)),
        },
        { ...axis, side: 1, size: 58, values: (_plot, values) => values.map(price) },
      ],
      series: [
        {},
        { stroke: resolve("--up"), width: 1.5, points: { show: false } },
        { stroke: resolve("--down"), width: 1.5, points: { show: false } },
        {
          stroke: resolve("--accent"),
          width: 0,
          paths: () => null,
          points: { show: true, size: 7, fill: resolve("--accent") },
        },
      ],
    };
  }
}
