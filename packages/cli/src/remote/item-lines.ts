import type { EventItem } from "@rpc/core";
import type { Screen } from "../terminal.js";
import { toNotation } from "./notation.js";
import { printable, printableJson } from "./printable.js";

const windowMs = 1_000;

/** Prints the items of a subscription in columns: when, what kind, topic, sequence number, items a second, value. */
export class ItemLines {
  readonly #color: boolean;
  readonly #now: () => number;
  /** When the items of the last second came. */
  #came: number[] = [];
  #topicWidth = 8;

  constructor(screen: Screen | undefined, now: () => number = Date.now) {
    this.#color = screen?.color === true;
    this.#now = now;
  }

  /** One item as a line. */
  line(item: EventItem<unknown>): string {
    switch (item.kind) {
      case "mark":
        return this.#style(
          "2",
          `${"".padEnd(12)} mark     the snapshot is complete, to position ${item.position}\n`,
        );
      case "gap": {
        const { topic, from, to, reason } = item;
        const missing = to === null ? `#${from}–?` : from === to ? `#${from}` : `#${from}–#${to}`;
        const count = to === null ? "nobody knows how many" : `${to - from + 1} missing`;
        return this.#style(
          "33",
          `${"".padEnd(12)} GAP      ${this.#topic(topic)} ${missing} ${count}: ${reason}\n`,
        );
      }
      default: {
        const time = new Date(item.at).toISOString().slice(11, 23);
        const shown = item.kind === "removed" ? item.key : printableJson(toNotation(item.value));
        const place = `${this.#topic(item.topic)} #${String(item.seq).padEnd(6)}`;
        return `${time} ${item.kind.padEnd(8)} ${place} ${this.#rate().padStart(7)} ${printable(shown)}\n`;
      }
    }
  }

  #topic(topic: string): string {
    this.#topicWidth = Math.min(24, Math.max(this.#topicWidth, topic.length));
    return printable(topic).padEnd(this.#topicWidth);
  }

  #rate(): string {
    const now = this.#now();
    this.#came.push(now);
    const first = this.#came.findIndex((at) => at > now - windowMs);
    if (first > 0) this.#came.splice(0, first);
    return `${this.#came.length}/s`;
  }

  #style(code: string, text: string): string {
    return this.#color ? `\u001b[${code}m${text.trimEnd()}\u001b[0m\n` : text;
  }
}

/** One item for a program: as it is, its value in the notation. */
export function itemJson(item: EventItem<unknown>): unknown {
  return "value" in item ? { ...item, value: toNotation(item.value) } : item;
}
