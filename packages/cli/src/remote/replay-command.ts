import { setTimeout as sleep } from "node:timers/promises";
import { RpcError, type Server, serve } from "@rpc/core";
import { clean, findings, UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { failureText } from "./failure-text.js";
import { openRecording, type RecordedItem, type Recording } from "./recording.js";
import { createReplayedService, type ReplayedService } from "./replayed-service.js";
import { loadTransport } from "./transports.js";
import { aborted } from "./with-server.js";

/** Flags of `rpc replay`. */
export interface ReplayFlags {
  readonly speed: string;
  readonly loop?: true;
  readonly stay?: true;
  readonly now?: true;
  readonly insecure?: true;
}

/** What to replay, and where to listen. */
export interface ReplayRequest {
  readonly file: string;
  readonly listen: string;
}

/**
 * Runs `rpc replay`: serves the event of a recording, under the same names, and publishes what was recorded at the pace
 * in which it came. Resolves to the exit code.
 */
export async function runReplay(
  { file, listen }: ReplayRequest,
  flags: ReplayFlags,
  terminal: Terminal,
): Promise<number> {
  const speed = parseSpeed(flags.speed);
  const recording = await openRecording(file, terminal);
  const service = createReplayedService(recording.head);
  const transports = [await loadTransport(listen)];
  const signal = terminal.interrupted?.() ?? terminal.signal ?? new AbortController().signal;
  let server: Server;
  try {
    const { contract } = service;
    server = await serve([service.instance], {
      transports,
      listen,
      ...(contract !== undefined && { contract }),
      ...(flags.insecure === true && { insecure: true }),
    });
  } catch (error) {
    if (!RpcError.is(error)) throw new UsageError((error as Error).message);
    terminal.err(failureText(error).replace(/^ {2}outcome: .*\n/m, ""));
    return findings;
  }
  // Whoever waits for a subscriber to take something waits no more: there is none.
  signal.addEventListener("abort", () => void server.close({ graceMs: 0 }));
  try {
    return await replay(server, service, recording, { ...flags, speed, signal, file }, terminal);
  } finally {
    await server.close({ graceMs: lastGraceMs });
  }
}

/** How long subscribers may take for what was published last. */
const lastGraceMs = 5_000;

interface Plan extends Omit<ReplayFlags, "speed"> {
  readonly file: string;
  /** Times as quick as it came; Infinity as quick as subscribers take it. */
  readonly speed: number;
  readonly signal: AbortSignal;
}

async function replay(
  server: Server,
  service: ReplayedService,
  recording: Recording,
  plan: Plan,
  { err }: Terminal,
): Promise<number> {
  const { signal } = plan;
  const { service: name, event } = recording.head;
  err(`${name}.${event} of ${plan.file} is served at ${server.urls[0]}\n`);
  if (plan.now !== true) {
    err("it begins with the first subscriber\n");
    await firstSubscriber(server, signal);
  }
  do {
    const pace = new Pace(plan.speed, signal);
    let published = 0;
    for await (const item of recording.items()) {
      if (signal.aborted) break;
      if (item.kind === "gap") err(`the recording has a gap here: ${item.text}\n`);
      else {
        await pace.due(item, service);
        if (signal.aborted) break;
        publish(service, item, plan);
        published += 1;
      }
    }
    err(`${published} ${published === 1 ? "item was" : "items were"} published\n`);
  } while (plan.loop === true && !signal.aborted);
  if (plan.stay === true) await aborted(signal);
  return signal.aborted ? (signal.reason as number) : clean;
}

// Another version of the service may have had other keys, or limits.
function publish(
  service: ReplayedService,
  item: Exclude<RecordedItem, { kind: "gap" }>,
  { file }: Plan,
): void {
  try {
    service.publish(item);
  } catch (error) {
    throw new UsageError(
      `${file}: an item of ${new Date(item.at).toISOString()} cannot be published: ${(error as Error).message}`,
    );
  }
}

const lookMs = 10;

async function firstSubscriber(server: Server, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !server.stats().sessions.some(({ subscriptions }) => subscriptions > 0))
    await sleep(lookMs);
}

/** When each item is due: as long after the first as it came then, divided by the speed. */
class Pace {
  readonly #speed: number;
  readonly #signal: AbortSignal;
  #begin: { readonly at: number; readonly now: number } | undefined;

  constructor(speed: number, signal: AbortSignal) {
    this.#speed = speed;
    this.#signal = signal;
  }

  async due({ at }: Extract<RecordedItem, { at: number }>, service: ReplayedService): Promise<void> {
    if (this.#speed === Infinity) return service.drained();
    const now = performance.now();
    this.#begin ??= { at, now };
    const wait = this.#begin.now + (at - this.#begin.at) / this.#speed - now;
    // What comes within a millisecond is published together: no timer is finer.
    if (wait < 1) return undefined;
    await sleep(wait, undefined, { signal: this.#signal }).catch(() => {});
  }
}

function parseSpeed(text: string): number {
  if (text === "max") return Infinity;
  const speed = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(speed > 0))
    throw new UsageError(
      `--speed: expected a number such as 1, 10 or 0.5, or max; got ${JSON.stringify(text)}`,
    );
  return speed;
}
