import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { main, type Terminal } from "../../src/index.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const bin = fileURLToPath(new URL("../../dist/bin.js", import.meta.url));

/** Compiles the command if it is not up to date: `start` runs what ships. */
export async function build(): Promise<void> {
  const tsc = fileURLToPath(new URL("../../../../node_modules/typescript/bin/tsc", import.meta.url));
  await promisify(execFile)(process.execPath, [tsc, "-b", "packages/cli"], { cwd: root });
}

/** What a command said, and how it ended. */
export interface Said {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process. */
export async function run(
  args: readonly string[],
  terminal: Partial<Terminal> & { piped?: string } = {},
): Promise<Said> {
  let [out, err] = ["", ""];
  const exitCode = await main(args, {
    cwd: process.cwd(),
    color: false,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    ...(terminal.piped !== undefined && { input: pipe(terminal.piped) }),
    ...terminal,
  });
  return { exitCode, out, err };
}

async function* pipe(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** A command that runs as a process of its own. */
export interface Running {
  readonly child: ChildProcess;
  /** Resolves when standard output, or with `on` standard error, holds the text. */
  said(text: string | RegExp, on?: "out" | "err"): Promise<void>;
  /** Resolves when it has ended. */
  readonly ended: Promise<Said>;
}

/** Starts the command as it ships. What still runs when the test is over is killed. */
export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const texts = { out: "", err: "" };
  let heard = () => {};
  for (const [name, stream] of [
    ["out", child.stdout],
    ["err", child.stderr],
  ] as const)
    stream.setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
      heard();
    });
  const ended = once(child, "close").then(([exitCode]) => ({
    exitCode: exitCode as number | null,
    ...texts,
  }));
  return {
    child,
    ended,
    async said(text, on = "out") {
      const isSaid = () => (typeof text === "string" ? texts[on].includes(text) : text.test(texts[on]));
      while (!isSaid()) {
        const more = new Promise<void>((resolve) => {
          heard = resolve;
        });
        const end = await Promise.race([more, ended]);
        if (end !== undefined && !isSaid())
          throw new Error(`it ended (${end.exitCode}) without saying ${text}:\n${end.out}\n${end.err}`);
      }
    },
  };
}

/** A command that runs in this process while the test goes on. */
export interface RunningHere {
  /** Resolves when it has said it; with what matched. */
  said(text: string | RegExp, on?: "out" | "err"): Promise<readonly string[]>;
  /** Ends it as Ctrl-C does. */
  interrupt(exitCode: number): void;
  readonly ended: Promise<Said>;
}

/** Starts a command in this process. It is interrupted when the test is over. */
export function runFor(args: readonly string[], terminal: Partial<Terminal> = {}): RunningHere {
  const texts = { out: "", err: "" };
  let heard = () => {};
  const controller = new AbortController();
  onTestFinished(() => controller.abort(130));
  const take = (name: "out" | "err") => (text: string) => {
    texts[name] += text;
    heard();
  };
  const ended = main(args, {
    cwd: process.cwd(),
    color: false,
    out: take("out"),
    err: take("err"),
    signal: controller.signal,
    ...terminal,
  }).then((exitCode) => ({ exitCode, ...texts }));
  return {
    ended,
    interrupt: (exitCode) => controller.abort(exitCode),
    async said(text, on = "out") {
      const pattern =
        typeof text === "string" ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")) : text;
      for (;;) {
        const match = pattern.exec(texts[on]);
        if (match !== null) return match;
        const more = new Promise<undefined>((resolve) => {
          heard = () => resolve(undefined);
        });
        const end = await Promise.race([more, ended]);
        if (end !== undefined && !pattern.test(texts[on]))
          throw new Error(`it ended (${end.exitCode}) without saying ${text}:\n${end.out}\n${end.err}`);
      }
    },
  };
}
