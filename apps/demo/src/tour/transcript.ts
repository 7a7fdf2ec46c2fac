import { inspect } from "node:util";
import { RpcError } from "@rpc/core";

/** Where a transcript is written: stdout, or a test's ears. */
export interface Paper {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** What a person reads while the demo runs. */
export interface Transcript {
  title(text: string): void;
  chapter(text: string): void;
  /** A sentence about what comes or went. */
  note(text: string): void;
  /** A call and what it answered, or of that what `brief` picks. */
  call<Result>(
    expression: string,
    answer: Promise<Result>,
    brief?: (value: Result) => unknown,
  ): Promise<Result>;
  /** A call that is to fail, and how it did. Rejects when it did not. */
  refusal(expression: string, answer: Promise<unknown>): Promise<void>;
  /** Something the server told. */
  heard(text: string): void;
}

const wide = 46;

/** Writes to `paper`, in colour if a person sits before it and has not set `NO_COLOR`. */
export function createTranscript(paper: Paper, env: NodeJS.ProcessEnv = process.env): Transcript {
  const colours = paper.isTTY === true && !env["NO_COLOR"];
  const paint = (code: number, text: string) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
  const line = (text = "") => paper.write(`${text}\n`);
  const answered = (expression: string, text: string) => line(`  ${expression.padEnd(wide)} ${text}`);
  return {
    title: (text) => line(paint(bold, text)),
    chapter(text) {
      line();
      line(paint(bold, text));
      line();
    },
    note: (text) => line(paint(dim, `  ${text}`)),
    async call(expression, answer, brief = (value) => value) {
      const value = await answer;
      answered(expression, value === undefined ? paint(dim, "done") : paint(green, show(brief(value))));
      return value;
    },
    async refusal(expression, answer) {
      const error = await answer.then(
        (value) => new Error(`${expression} was to be refused, and answered ${show(value)}`),
        (reason: unknown) => reason,
      );
      if (!RpcError.is(error)) throw error;
      answered(expression, paint(red, `${error.name}: ${error.message}`));
      for (const fact of factsOf(error)) answered("", paint(red, fact));
    },
    heard: (text) => line(`    ${paint(cyan, text)}`),
  };
}

const bold = 1;
const dim = 2;
const red = 31;
const green = 32;
const cyan = 36;

function show(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(value)
    : inspect(value, { breakLength: Infinity, depth: 4 });
}

function factsOf(error: RpcError): string[] {
  const reason = "reason" in error ? [`reason ${String(error.reason)}`] : [];
  return [[...reason, `code ${error.code}`, `outcome ${error.outcome}`].join(", ")];
}
