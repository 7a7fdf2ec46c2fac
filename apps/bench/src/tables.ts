import type { Figures } from "./figures.js";
import type { Report } from "./report.js";

/** What a page shows of a report, as Markdown: by the name that its place in the page has. */
export type Table = (report: Report) => string;

/** Peers as readers know them, in the order of the table; those that were not measured are left out. */
const peerLabels: Readonly<Record<string, string>> = {
  "raw-net": "`node:net` by hand, a write for each message, no codec",
  "raw-net-batched": "the same, one write for each turn: what is possible",
  tcp: "**@rpc over TCP**",
  unix: "**@rpc over a unix socket**",
  zmq: "**@rpc over ZeroMQ**",
  "raw-zmq": "zeromq.js by hand, a message each, no codec",
  ws: "**@rpc over WebSocket**",
  "raw-ws": "`ws` by hand, no codec",
  memory: "**@rpc in one process**, values copied",
  birpc: "birpc over `ws`",
  capnweb: "Cap'n Web over `ws`",
  nestjs: "NestJS microservices over TCP",
  nats: "NATS request and reply, through `nats-server`",
  trpc: "tRPC over `ws`",
  grpc: "gRPC (`grpc-js`)",
  pyzmq: "pyzmq REQ and REP with pickle (Python)",
};

/** Everyone in the cases that decide: the time of one call, then CPU µs of both ends. */
export const peersTable: Table = ({ cases }) => {
  const rows = Object.entries(peerLabels)
    .filter(([peer]) => Object.values(cases).some((figures) => figures[peer] !== undefined))
    .map(([peer, label]) => [
      label,
      cell(cases["unary-1"]?.[peer], ({ p50Us }) => (p50Us === undefined ? "–" : p50Us.toFixed(0))),
      ...["unary-100", "object-1k", "stream", "fan-out-8"].map((name) =>
        cell(cases[name]?.[peer], ({ cpuUs }) => microseconds(cpuUs)),
      ),
    ]);
  const header = [
    "",
    "p50 µs, alone",
    "a call, 100 in flight",
    "1 KB object, 100 in flight",
    "an item of a stream",
    "an event to each of 8",
  ];
  return markdown(header, rows);
};

const promiseLabels = {
  "tcp-no-resume": "packets kept until they are acknowledged, so that a break loses nothing",
  "tcp-no-scan": "bytes checked before they are decoded",
  "tcp-no-validation": "arguments checked against the contract",
  "tcp-no-history": "events kept for replay",
} as const;

const promiseCases = ["unary-1", "unary-100", "object-1k", "stream", "fan-out-8"] as const;

/** What each promise adds to the CPU of a unit, beside a run that does without it: by the cheapest round of each. */
export const promisesTable: Table = ({ cases }) => {
  const added = (name: string, peer: string) => {
    const [whole, without] = [cases[name]?.["tcp"], cases[name]?.[peer]];
    if (whole === undefined || without === undefined) return "–";
    const percent = Math.round((whole.leastCpuUs / without.leastCpuUs - 1) * 100);
    return `${percent > 0 ? "+" : ""}${percent} %`;
  };
  const rows = Object.entries(promiseLabels).map(([peer, label]) => [
    `${label} (\`${peer}\`)`,
    ...promiseCases.map((name) => added(name, peer)),
  ]);
  return markdown(["CPU added by", ...promiseCases.map((name) => `\`${name}\``)], rows);
};

/** What calls cost that are spread over connections. */
export const connectionsTable: Table = ({ cases }) => {
  const rows = Object.entries(cases)
    .filter(([name, { tcp }]) => name.startsWith("connections-") && tcp !== undefined)
    .map(([name, { tcp }]) => [
      Number(name.slice("connections-".length)).toLocaleString("en"),
      microseconds(tcp!.cpuUs),
      ratio(tcp!.cpuRatio),
    ]);
  return markdown(["100 in flight over … connections", "CPU µs a call", "×"], rows);
};

function cell(figures: Figures | undefined, show: (figures: Figures) => string): string {
  return figures === undefined ? "–" : show(figures);
}

function microseconds(us: number): string {
  return us < 10 ? us.toFixed(1) : us.toFixed(0);
}

/** Three digits, as far as they are before the point or just behind it. */
export function ratio(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** Rows of cells as a Markdown table, numbers to the right: the first column is words, and one without a name. */
export function markdown(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = header.map((name, column) => (column === 0 || name === "" ? "---" : "---:"));
  return [line(header), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}
