import { type Figure, type Findings, isHeld, type Proof, type Size } from "./proof.js";

/** What became of one proof. */
export interface Result {
  readonly name: string;
  readonly what: string;
  readonly size: Size;
  readonly seconds: number;
  readonly holds: boolean;
  readonly tried?: string;
  readonly figures?: readonly Figure[];
  readonly notes: readonly string[];
  readonly table?: string;
}

const notesShown = 10;
/** When a proof that does not end is given up: many times what it takes. */
const limitMs: Readonly<Record<Size, number>> = { short: 180_000, full: 7_200_000 };

/** Runs proofs one after another, so that none disturbs another's figures, and prints a line for each. */
export async function runProofs(
  proofs: readonly Proof[],
  size: Size,
  print: (line: string) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const proof of proofs) {
    const result = await runProof(proof, size);
    print(describe(result));
    results.push(result);
  }
  return results;
}

async function runProof({ name, what, run }: Proof, size: Size): Promise<Result> {
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 100) / 10;
  try {
    const found: Findings = await withinLimit(run(size), limitMs[size]);
    const { tried, figures, notes = [], table } = found;
    const holds = figures.length > 0 && figures.every(isHeld);
    const result = { name, what, size, seconds: seconds(), holds, tried, figures, notes };
    return table === undefined ? result : { ...result, table };
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { name, what, size, seconds: seconds(), holds: false, notes: [why] };
  }
}

async function withinLimit<Result>(run: Promise<Result>, ms: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${ms / 1_000} s`)), ms);
  });
  try {
    return await Promise.race([run, over]);
  } finally {
    clearTimeout(timer);
  }
}

function describe({ name, holds, seconds, tried = "could not be run", figures = [], notes }: Result): string {
  const verdict = holds ? "holds" : "FALLS SHORT";
  const line = `${verdict.padEnd(11)} ${name.padEnd(12)} ${tried}: ${describeFigures(figures)} (${seconds} s)`;
  const shown = holds ? [] : notes.slice(0, notesShown);
  return [line, ...shown.map((note) => `            ${note}`)].join("\n");
}

/** Those that must be 0 and are come first, together. */
function describeFigures(figures: readonly Figure[]): string {
  const isNone = (figure: Figure) => figure.atMost === 0 && figure.value === 0;
  const none = figures.filter(isNone).map(({ name }) => name);
  const others = figures.filter((figure) => !isNone(figure)).map(describeFigure);
  return [...(none.length === 0 ? [] : [`0 ${[...new Set(none)].join(", ")}`]), ...others].join("; ");
}

function describeFigure(figure: Figure): string {
  const { name, value, atLeast, atMost } = figure;
  const text = `${value.toLocaleString("en", { maximumFractionDigits: 2 })} ${name}`;
  if (isHeld(figure)) return text;
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ];
  return `${text} (must be ${bounds.join(" and ")})`;
}
