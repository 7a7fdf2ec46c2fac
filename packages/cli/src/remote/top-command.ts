import { RpcError, type StatsReport } from "@rpc/core";
import { clean, findings } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { backOnline } from "./back-online.js";
import { parseDuration } from "./duration.js";
import { failureText, toJson } from "./failure-text.js";
import { behindWords, fold } from "./fold.js";
import { printableJson } from "./printable.js";
import { topText } from "./top-text.js";
import { aborted, type Reached, type ServerFlags, withServer } from "./with-server.js";

/** Flags of `rpc top`. */
export interface TopFlags extends ServerFlags {
  readonly interval: string;
  readonly once?: true;
}

interface StatsService {
  readonly watchStats: { stream(intervalMs: number): AsyncIterable<StatsReport> };
}

/** What a server says between two reports that rates are made of. */
interface Shown {
  readonly report: StatsReport;
  readonly callsPerSecond: number;
}

/** Runs `rpc top`: shows the numbers of a server as they change, until q is pressed. Resolves to the exit code. */
export function runTop(url: string, flags: TopFlags, terminal: Terminal): Promise<number> {
  const intervalMs = parseDuration("--interval", flags.interval);
  const view = createView(url, flags, terminal);
  // What happens to the connection stands in the picture, not across it.
  const told = view.live ? { ...terminal, err: (text: string) => view.say(text.trimEnd()) } : terminal;
  return withServer(url, flags, told, async (server) => {
    view.open();
    try {
      const exitCode = await Promise.race([
        watch(server, intervalMs, flags, (shown) => view.show(shown)),
        view.quit.then(() => clean),
      ]);
      return exitCode;
    } catch (error) {
      if (!RpcError.is(error) || server.signal.aborted) throw error;
      view.close();
      if (flags.json === true) terminal.out(`${printableJson({ error: toJson(error) })}\n`);
      else terminal.err(failureText(error));
      return findings;
    } finally {
      view.close();
    }
  });
}

// A restarted server is watched again: that is when its numbers are wanted most.
async function watch(
  { client, signal }: Reached,
  intervalMs: number,
  { once }: TopFlags,
  show: (shown: Shown) => void,
): Promise<number> {
  const stats = client.$with({ signal }).service<StatsService>("$rpc");
  for (;;) {
    try {
      let before: StatsReport | undefined;
      for await (const report of stats.watchStats.stream(intervalMs)) {
        const calls = before === undefined ? 0 : report.calls - before.calls;
        const shown = {
          report,
          callsPerSecond: before === undefined ? 0 : (calls * 1000) / report.intervalMs,
        };
        if (once !== true || before !== undefined) show(shown);
        if (once === true && before !== undefined) return clean;
        before = report;
      }
    } catch (error) {
      if (!RpcError.is(error, "unavailable") || signal.aborted) throw error;
    }
    await Promise.race([backOnline(client), aborted(signal)]);
    if (signal.aborted || client.state === "closed") return clean;
  }
}

interface View {
  /** Whether it is a screen that is drawn again and again. */
  readonly live: boolean;
  /** Resolves when the person wants no more. */
  readonly quit: Promise<void>;
  open(): void;
  show(shown: Shown): void;
  /** Tells what happens to the connection. */
  say(text: string): void;
  /** Gives the screen back as it was. Safe to call twice. */
  close(): void;
}

function createView(url: string, { json, once }: TopFlags, terminal: Terminal): View {
  const { out } = terminal;
  const text = ({ report, callsPerSecond }: Shown) =>
    json === true
      ? `${printableJson({ ...report, callsPerSecond })}\n`
      : topText(url, report, { callsPerSecond, columns: terminal.screen?.columns ?? Infinity });
  const never = new Promise<void>(() => {});
  if (json === true || once === true || terminal.screen === undefined)
    return {
      live: false,
      quit: never,
      open() {},
      show: (shown) => out(json === true || once === true ? text(shown) : `${text(shown)}\n`),
      say() {},
      close() {},
    };
  return new LiveView(text, terminal);
}

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
const otherScreen = "\u001b[?1049h";
const firstScreen = "\u001b[?1049l";
const home = "\u001b[H";
const clearLine = "\u001b[K";
const clearBelow = "\u001b[J";

/** A screen that is drawn again at every report, and when it is resized. */
class LiveView implements View {
  readonly live = true;
  readonly quit: Promise<void>;
  readonly #text: (shown: Shown) => string;
  readonly #terminal: Terminal;
  #shown: Shown | undefined;
  #said = "";
  #isOpen = false;
  #stopKeys: (() => void) | undefined;
  #quit!: () => void;

  constructor(text: (shown: Shown) => string, terminal: Terminal) {
    this.#text = text;
    this.#terminal = terminal;
    this.quit = new Promise((resolve) => {
      this.#quit = resolve;
    });
  }

  open(): void {
    this.#isOpen = true;
    this.#terminal.out(otherScreen + hideCursor);
    this.#stopKeys = this.#terminal.keys?.((key) => {
      if (key === "resize") this.#draw();
      else if (key === "q" || key === "Q") this.#quit();
    });
  }

  show(shown: Shown): void {
    this.#shown = shown;
    this.#said = "";
    this.#draw();
  }

  say(text: string): void {
    this.#said = text;
    if (this.#isOpen) this.#draw();
    else this.#terminal.err(`${text}\n`);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#stopKeys?.();
    this.#terminal.out(showCursor + firstScreen);
  }

  #draw(): void {
    const { screen } = this.#terminal;
    if (screen === undefined || !this.#isOpen) return;
    const lines = [
      ...(this.#shown === undefined ? [] : this.#text(this.#shown).trimEnd().split("\n")),
      ...(this.#said === "" ? [] : fold(this.#said, screen.columns, behindWords)),
    ];
    const seen = lines.slice(0, screen.rows - 2).map((line) => line.slice(0, screen.columns));
    const footer = "q quits".slice(0, screen.columns);
    const shown = [...seen, "", footer].map((line) => `${line}${clearLine}`);
    this.#terminal.out(`${home}${shown.join("\r\n")}${clearBelow}`);
  }
}
