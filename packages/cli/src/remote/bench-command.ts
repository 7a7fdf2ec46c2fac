import { RpcError } from "@rpc/core";
import { clean, findings, UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { type CallFlags, type CallRequest, type PreparedCall, prepareCall } from "./call-command.js";
import { parseCount, parseDuration } from "./duration.js";
import { printable, printableJson } from "./printable.js";
import { aborted, withServer } from "./with-server.js";

/** Flags of `rpc bench`. */
export interface BenchFlags extends CallFlags {
  readonly inFlight: string;
  readonly duration: string;
  readonly yes?: true;
}

/** What a measurement found. */
interface Measured {
  readonly calls: number;
  readonly seconds: number;
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** CPU time of this process for each call; the server's is its own. */
  readonly cpuMicrosPerCall: number;
  /** Calls that answered, and by code and outcome those that failed. */
  readonly outcomes: Readonly<Record<string, number>>;
}

const mostInFlight = 4_096;

/** Runs `rpc bench`: calls a method again and again and prints how quick it is. Resolves to 1 when a call failed. */
export function runBench(request: CallRequest, flags: BenchFlags, terminal: Terminal): Promise<number> {
  const inFlight = parseCount("--in-flight", flags.inFlight);
  if (inFlight > mostInFlight)
    throw new UsageError(`--in-flight: expected at most ${mostInFlight}, got ${inFlight}`);
  const durationMs = parseDuration("--duration", flags.duration);
  return withServer(request.url, flags, terminal, async (server) => {
    // A signal for each call costs more than the call.
    const call = await prepareCall({ ...server, signal: undefined }, request, flags, terminal);
    refuseUnsafe(call, flags);
    terminal.err(`really calling ${call.name}, ${inFlight} in flight, for ${durationMs / 1000} s …\n`);
    const measured = await Promise.race([
      measure(call, { inFlight, durationMs, signal: server.signal }),
      aborted(server.signal),
    ]);
    if (measured === undefined) return findings;
    terminal.out(flags.json === true ? `${printableJson(measured)}\n` : measuredText(measured));
    return measured.outcomes["ok"] === measured.calls ? clean : findings;
  });
}

function refuseUnsafe({ name, described, streams, args }: PreparedCall, { yes }: BenchFlags): void {
  const sendsStream = args.some(
    (arg) => typeof arg === "object" && arg !== null && Symbol.asyncIterator in arg,
  );
  if (streams || sendsStream || args.some((arg) => typeof arg === "function"))
    throw new UsageError(`${name} is called with streams or callbacks; rpc bench measures single replies`);
  if ((described as { once?: true } | undefined)?.once === true)
    throw new UsageError(`${name} is a once method: it would run once and be answered from memory`);
  if (yes === true || described?.idempotent === true) return;
  const why = described === undefined ? "nothing is known of it" : "it is not idempotent";
  throw new UsageError(
    `${name} would really be called, again and again, and ${why}; if that does no harm, add --yes`,
  );
}

interface Plan {
  readonly inFlight: number;
  readonly durationMs: number;
  readonly signal: AbortSignal;
}

async function measure(
  { method, args }: PreparedCall,
  { inFlight, durationMs, signal }: Plan,
): Promise<Measured> {
  const outcomes = new Map<string, number>();
  const times = new Times();
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  const until = started + durationMs;
  const callOn = async () => {
    while (performance.now() < until && !signal.aborted) {
      const sent = performance.now();
      const outcome = await method(...args).then(() => "ok", outcomeOf);
      times.add(performance.now() - sent);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      // A server that refuses everything at once must not be answered with a storm of calls.
      if (outcome !== "ok") await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, callOn));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const calls = times.count;
  return {
    calls,
    seconds: round(seconds),
    callsPerSecond: Math.round(calls / seconds),
    p50Ms: round(times.quantile(0.5)),
    p99Ms: round(times.quantile(0.99)),
    maxMs: round(times.longest),
    cpuMicrosPerCall: round((user + system) / Math.max(1, calls)),
    outcomes: Object.fromEntries(outcomes),
  };
}

function outcomeOf(error: unknown): string {
  if (!RpcError.is(error)) throw error;
  return `${error.code} (${error.outcome})`;
}

const mostKept = 200_000;

/** Times of calls: all of the first, then a fair sample of them. */
class Times {
  count = 0;
  longest = 0;
  readonly #kept: number[] = [];

  add(ms: number): void {
    this.count += 1;
    this.longest = Math.max(this.longest, ms);
    if (this.#kept.length < mostKept) this.#kept.push(ms);
    else {
      const place = Math.floor(Math.random() * this.count);
      if (place < mostKept) this.#kept[place] = ms;
    }
  }

  quantile(part: number): number {
    const sorted = Float64Array.from(this.#kept).sort();
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  }
}

function measuredText({
  calls,
  seconds,
  callsPerSecond,
  p50Ms,
  p99Ms,
  maxMs,
  cpuMicrosPerCall,
  outcomes,
}: Measured): string {
  const failures = Object.entries(outcomes).filter(([outcome]) => outcome !== "ok");
  return printable(
    [
      `${calls} calls in ${seconds} s: ${callsPerSecond} a second`,
      `p50 ${p50Ms} ms, p99 ${p99Ms} ms, longest ${maxMs} ms`,
      `${cpuMicrosPerCall} µs of CPU a call in this process`,
      `${outcomes["ok"] ?? 0} answered${failures.map(([outcome, count]) => `, ${count} ${outcome}`).join("")}`,
      "",
    ].join("\n"),
  );
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
