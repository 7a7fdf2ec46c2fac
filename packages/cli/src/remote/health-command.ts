import { type HealthReport, RpcError } from "@rpc/core";
import { clean, findings } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { failureText, toJson } from "./failure-text.js";
import { printable, printableJson } from "./printable.js";
import { type ServerFlags, withServer } from "./with-server.js";

/** Flags of `rpc health`. */
export interface HealthFlags extends ServerFlags {
  readonly watch?: true;
}

interface HealthService {
  health(): Promise<HealthReport>;
  readonly watchHealth: { stream(): AsyncIterable<HealthReport> };
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
    const print = (report: HealthReport) => {
      const seen = narrow(report, service);
      terminal.out(flags.json === true ? `${printableJson(seen)}\n` : healthText(seen));
      return serves(seen) ? clean : findings;
    };
    try {
      if (flags.watch !== true) return print(await asked.health());
      let last: number = findings;
      for await (const report of asked.watchHealth.stream()) last = print(report);
      return last;
    } catch (error) {
      if (!RpcError.is(error)) throw error;
      if (flags.json === true) terminal.out(`${printableJson({ error: toJson(error) })}\n`);
      else terminal.err(failureText(error));
      return findings;
    }
  });
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
