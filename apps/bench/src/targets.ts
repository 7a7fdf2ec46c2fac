import type { Report } from "./report.js";
import { markdown, ratio, type Table } from "./tables.js";

/** What was set out to be reached, and where in a report it is seen. */
interface Target {
  readonly what: string;
  readonly limit: { readonly most: number } | { readonly least: number };
  measured(report: Report): number | undefined;
  /** What a reader should know beside it. */
  readonly note?: Note;
}

type Note = (report: Report) => string | undefined;

const targets: readonly Target[] = [
  {
    what: "TCP, CPU at 100 in flight",
    limit: { most: 0.14 },
    measured: ({ cases }) => cases["unary-100"]?.["tcp"]?.cpuRatio,
  },
  {
    what: "TCP, calls/s at 100 in flight",
    limit: { least: 7 },
    measured: ({ cases }) => cases["unary-100"]?.["tcp"]?.rateRatio,
    note: batched("unary-100"),
  },
  {
    what: "TCP, calls/s at 1,000 in flight",
    limit: { least: 7 },
    measured: ({ cases }) => cases["unary-1000"]?.["tcp"]?.rateRatio,
    note: batched("unary-1000"),
  },
  {
    what: "TCP, p50 with one in flight",
    limit: { most: 1.18 },
    measured: ({ cases }) => cases["unary-1"]?.["tcp"]?.p50Ratio,
  },
  {
    what: "1 KB object, calls/s",
    limit: { least: 0.5 },
    measured: ({ cases }) => cases["object-1k"]?.["tcp"]?.rateRatio,
  },
  {
    what: "64 KiB of bytes, calls/s",
    limit: { least: 0.9 },
    measured: ({ cases }) => cases["bytes-64k"]?.["tcp"]?.rateRatio,
  },
  {
    what: "1 MiB of bytes, calls/s",
    limit: { least: 0.9 },
    measured: ({ cases }) => cases["bytes-1m"]?.["tcp"]?.rateRatio,
  },
  {
    what: "memory transport, CPU µs a call",
    limit: { most: 2.5 },
    measured: ({ cases }) => cases["unary-100"]?.["memory"]?.cpuUs,
  },
  {
    what: "server stream of ticks, ticks/s",
    limit: { least: 3 },
    measured: ({ cases }) => cases["stream"]?.["tcp"]?.rateRatio,
    note: batched("stream"),
  },
  {
    what: "fan-out to 8, delivered/s",
    limit: { least: 4 },
    measured: ({ cases }) => cases["fan-out-8"]?.["tcp"]?.rateRatio,
    note: batched("fan-out-8"),
  },
  {
    what: "ZeroMQ, calls/s at 100 in flight, to `raw-zmq`",
    limit: { least: 6 },
    measured: (report) => besideRawZmq(report, "unary-100", "zmq", "rateRatio"),
    note: zmqBatched("unary-100"),
  },
  {
    what: "ZeroMQ, calls/s at 1,000 in flight, to `raw-zmq`",
    limit: { least: 15 },
    measured: (report) => besideRawZmq(report, "unary-1000", "zmq", "rateRatio"),
    note: zmqBatched("unary-1000"),
  },
  {
    what: "ZeroMQ, p50 with one in flight, to `raw-zmq`",
    limit: { most: 1.1 },
    measured: (report) => besideRawZmq(report, "unary-1", "zmq", "p50Ratio"),
  },
  {
    what: "server start, CPU ms",
    limit: { most: 120 },
    measured: ({ startUp }) => startUp?.["tcp"]?.serverCpuMs,
  },
  {
    what: "client to its first answer, CPU ms",
    limit: { most: 80 },
    measured: ({ startUp }) => startUp?.["tcp"]?.clientCpuMs,
  },
  {
    what: "resident memory of an idle session, KiB",
    limit: { most: 12 },
    measured: ({ idle }) => kibibytes(idle?.["tcp"]?.bytesPerConnection),
  },
  {
    what: "browser client with calls only, min + gzip, KiB",
    limit: { most: 20 },
    measured: ({ bundle }) => kibibytes(bundle?.["calls"]?.gzipBytes),
    note: ({ bundle }) =>
      bundle === undefined
        ? undefined
        : `with events, streams and all else ${ratio(bundle["everything"]!.gzipBytes / 1_024)}`,
  },
];

/** Targets with what a report says of them. */
export const targetsTable: Table = (report) => {
  const rows = targets.map(({ what, limit, measured, note }) => {
    const found = measured(report);
    const met = found !== undefined && ("most" in limit ? found <= limit.most : found >= limit.least);
    const must = "most" in limit ? `≤ ${limit.most}` : `≥ ${limit.least}`;
    const words = [found === undefined ? "not measured" : met ? "met" : "missed", note?.(report)];
    return [
      what,
      must,
      found === undefined ? "–" : ratio(found),
      words.filter((text) => text !== undefined).join("; "),
    ];
  });
  return markdown(["case", "must", "measured", ""], rows);
};

function batched(name: string): Note {
  return ({ cases }) => {
    const possible = cases[name]?.["raw-net-batched"]?.rateRatio;
    return possible === undefined
      ? undefined
      : `\`raw-net-batched\`, without protocol or codec, has ${ratio(possible)}`;
  };
}

function zmqBatched(name: string): Note {
  return (report) => {
    const possible = besideRawZmq(report, name, "raw-zmq-batched", "rateRatio");
    return possible === undefined ? undefined : `\`raw-zmq-batched\` has ${ratio(possible)}`;
  };
}

function besideRawZmq(
  { cases }: Report,
  name: string,
  peer: string,
  figure: "rateRatio" | "p50Ratio",
): number | undefined {
  const [of, to] = [cases[name]?.[peer]?.[figure], cases[name]?.["raw-zmq"]?.[figure]];
  return of === undefined || to === undefined ? undefined : of / to;
}

function kibibytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1_024;
}
