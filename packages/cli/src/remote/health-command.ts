import { type Client, type HealthReport, RpcError } from "@rpc/core";
import { clean, findings } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { backOnline } from "./back-online.js";
import { failureText, toJson } from "./failure-text.js";
import { printable, printableJson } from "./printable.js";
import { aborted, type ServerFlags, withServer } from "./with-server.js";

/** Flags of `rpc health`. */
export interface HealthFlags extends ServerFlags {
  readonly watch?: true;
}

interface HealthService {
  health(service?: string): Promise<HealthReport>;
  readonly watchHealth: { stream(service?: string): AsyncIterable<HealthReport> };
}

/**
 * Runs `rpc health`: prints how a server does, or one of its services. Resolves to 0 when all that was asked for serves,
 * to 1 when not.
 */
export function runHealth(
  { url, service }: { readonly url: string; readonly service: string | undefined },
  flags: HealthFlags,
  terminal: Terminal,
): Promise<number> {
  return withServer(url, flags, terminal, async ({ client, signal }) => {
    const asked = client.$with({ signal }).service<HealthService>("$rpc");
    const named = service === undefined ? [] : ([service] as const);
    const print = (report: HealthReport) => {
      const seen = narrow(report, service);
      terminal.out(flags.json === true ? `${printableJson(seen)}\n` : healthText(seen));
      return serves(seen) ? clean : findings;
    };
    try {
      return flags.watch === true
        ? await watch({ client, signal }, () => asked.watchHealth.stream(...named), print)
        : print(await asked.health(...named));
    } catch (error) {
      if (!RpcError.is(error)) throw error;
      if (flags.json === true) terminal.out(`${printableJson({ error: toJson(error) })}\n`);
      else terminal.err(failureText(error));
      return findings;
    }
  });
}

// A restarted server is watched again: who watches wants to know when it is back. One that drains ends the stream itself.
async function watch(
  { client, signal }: { readonly client: Client; readonly signal: AbortSignal },
  reports: () => AsyncIterable<HealthReport>,
  print: (report: HealthReport) => number,
): Promise<number> {
  for (;;) {
    try {
      let last: number = findings;
      for await (const report of reports()) last = print(report);
      return last;
    } catch (error) {
      if (!RpcError.is(error, "unavailable") || signal.aborted || client.state === "closed") throw error;
    }
    await Promise.race([backOnline(client), aborted(signal)]);
  }
}

// A service of which the application said nothing serves.
function narrow(report: HealthReport, service: string | undefined): HealthReport {
  if (service === undefined) return report;
  const said = new Map(Object.entries(report.services)).get(service);
  return { ...report, services: said === undefined ? {} : { [service]: said } };
}

function serves({ status, services }: HealthReport): boolean {
  return status === "serving" && Object.values(services).every((service) => service.status === "serving");
}

function healthText({ status, services }: HealthReport): string {
  const lines = Object.entries(services).map(
    ([name, { status, reason, since }]) =>
      `  ${name} ${status} since ${new Date(since).toISOString()}${reason === undefined ? "" : `: ${reason}`}\n`,
  );
  return printable(`${status}\n${lines.join("")}`);
}
