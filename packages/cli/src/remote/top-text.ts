import type { StatsReport } from "@rpc/core";
import { behindParts, fold } from "./fold.js";
import { printable } from "./printable.js";

/**
 * A report for people: the server in a few lines, folded at `columns`, then its methods, its slow sessions and its events
 * in columns.
 */
export function topText(
  url: string,
  report: StatsReport,
  { callsPerSecond, columns = Infinity }: { readonly callsPerSecond: number; readonly columns?: number },
): string {
  const { upMs, draining, connections, sessions, detachedSessions, runningCalls, refused, lateMs } = report;
  const refusals = Object.entries(refused).map(([code, count]) => `${count} ${code}`);
  const server = [
    `${url}  up ${durationText(upMs)}${draining ? "  DRAINING" : ""}  event loop ${millis(lateMs)} late`,
    `calls ${count(callsPerSecond)}/s, ${count(runningCalls)} running, ${count(report.calls)} in all${refusals.length === 0 ? "" : `; refused ${refusals.join(", ")}`}`,
    `sessions ${sessions}${detachedSessions === 0 ? "" : ` (${detachedSessions} without a connection)`}, connections ${connections}; send buffers ${bytes(report.sendBufferBytes)}`,
    `subscriptions ${report.subscriptions}, ${count(report.queuedEvents)} events waiting, ${count(report.droppedEvents)} dropped`,
  ];
  const parts = [
    ...server.flatMap((line) => fold(line, columns, behindParts)),
    ...table(
      ["METHOD", "CALLS/S", "FAILED", "P50", "P99", "MAX"],
      report.methods.map(({ name, calls, failed, p50Ms, p99Ms, maxMs }) => [
        name,
        count((calls * 1000) / Math.max(1, report.intervalMs)),
        count(failed),
        millis(p50Ms),
        millis(p99Ms),
        millis(maxMs),
      ]),
    ),
    ...table(
      ["SLOW SESSION", "WAITING", "DROPPED", "UNACKED", "RUNNING"],
      report.slow.map(
        ({ who, address, queuedEvents, droppedEvents, sendBufferBytes, runningCalls: running }) => [
          [who, address].filter((part) => part !== undefined).join(" ") || "(no connection)",
          count(queuedEvents),
          count(droppedEvents),
          bytes(sendBufferBytes),
          count(running),
        ],
      ),
    ),
    ...table(
      ["EVENT", "MODE", "SUBSCRIBED", "TOPICS", "PUBLISHED"],
      report.events.map(({ name, mode, subscriptions, topics, published }) => [
        name,
        mode,
        count(subscriptions),
        count(topics),
        count(published),
      ]),
    ),
  ];
  return printable(`${parts.join("\n")}\n`);
}

// Nothing where there are no rows. The first column is left, the others are right.
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  ");
  return ["", ...all.map(line)];
}

function count(value: number): string {
  return value < 10 && !Number.isInteger(value)
    ? value.toFixed(1)
    : Math.round(value).toLocaleString("en-US");
}

function millis(ms: number): string {
  return ms < 10 ? `${ms.toFixed(2)} ms` : `${count(ms)} ms`;
}

function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  return value < 1024 * 1024 ? `${count(value / 1024)} KiB` : `${count(value / 1024 / 1024)} MiB`;
}

function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
