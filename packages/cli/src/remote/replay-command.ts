import { setTimeout as sleep } from "node:timers/promises";
import { RpcError, type Server, serve } from "@rpc/core";
import { clean, findings, UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { failureText } from "./failure-text.js";
import { inFlags } from "./flag-words.js";
import { openRecording, type Recording } from "./recording.js";
import { createReplayedService, type PublishedItem, type ReplayedService } from "./replayed-service.js";
import { type ListenFlags, loadListener } from "./transports.js";
import { aborted } from "./with-server.js";

/** Flags of `rpc replay`. */
export interface ReplayFlags extends ListenFlags {
  readonly speed: string;
  readonly loop?: true;
  readonly stay?: true;
  readonly now?: true;
  readonly insecure?: true;
  readonly key?: string;
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
  const recording = withKey(await openRecording(file, terminal), flags.key);
  const service = createReplayedService(recording.head, speed);
  const transports = [await loadListener(listen, flags)];
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
    if (!RpcError.is(error) || error.code === "invalid_argument")
      throw new UsageError(inFlags((error as Error).message));
    terminal.err(inFlags(failureText(error).replace(/^ {2}outcome: .*\n/m, "")));
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

function withKey(recording: Recording, key: string | undefined): Recording {
  const { head, items } = recording;
  if (key === undefined) return recording;
  if (head.mode === "latest" || head.mode === "table") return { head: { ...head, key }, items };
  throw new UsageError(
    `--key is for a latest or table; ${head.service}.${head.event} was recorded as ${head.mode}`,
  );
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
  const { service: name, event, mode, key } = recording.head;
  err(`${name}.${event} of ${plan.file} is served at ${server.urls[0]}\n`);
  if ((mode === "latest" || mode === "table") && key === undefined)
    err("the key of its values is not known: the newest of each topic counts; --key names a property\n");
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
      else if (item.kind === "cut")
        err(`the recording ends in the middle of line ${item.line}: it was cut off\n`);
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
function publish(service: ReplayedService, item: PublishedItem, { file }: Plan): void {
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

  async due({ at }: PublishedItem, service: ReplayedService): Promise<void> {
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
