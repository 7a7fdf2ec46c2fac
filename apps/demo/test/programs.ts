import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A program of the demo that was started, and what it says. */
export interface Program {
  readonly process: ChildProcess;
  /** Resolves with the match once `pattern` is in what it printed so far; rejects when it ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when it has ended and said all. */
  readonly end: Promise<End>;
}

/** How a program ended. */
export interface End {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Builds what the programs are run from: they run as a user runs them, not from source. */
export function build(): void {
  const { status, stdout, stderr } = spawnSync("node_modules/.bin/tsc", ["-b", "apps/demo"], { cwd: root });
  if (status !== 0) throw new Error(`tsc -b apps/demo ended with ${status}: ${stdout}${stderr}`);
}

/** Starts a program of the demo, such as `main`. */
export function start(program: string, args: readonly string[] = [], url?: string): Program {
  return watch(spawn(process.execPath, [pathOf(program), ...args], { env: environment(url) }));
}

/** Starts one that leads a process group, as at a terminal: `process.kill(-pid)` reaches all its processes. */
export function startGroup(program: string, args: readonly string[]): Program {
  const options = { env: environment(undefined), detached: true };
  return watch(spawn(process.execPath, [pathOf(program), ...args], options));
}

/** Runs a program of the demo to its end. */
export function run(program: string, args: readonly string[] = [], url?: string): Promise<End> {
  return start(program, args, url).end;
}

/** Ends by force what a failed test has left; true when there was anything. */
export function endAll(): boolean {
  const left = [...running];
  for (const child of left) child.kill("SIGKILL");
  return left.length > 0;
}

/** Tells whether a process is there. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const running = new Set<ChildProcess>();

function watch(child: ChildProcessWithoutNullStreams): Program {
  const startedAt = performance.now();
  running.add(child);
  let stdout = "";
  let stderr = "";
  let look = () => {};
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const end = new Promise<End>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      running.delete(child);
      resolve({ code, stdout, stderr, ms: performance.now() - startedAt });
    });
  });
  return {
    process: child,
    end,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const match = pattern.exec(stdout);
          if (match !== null) resolve(match);
        };
        look();
        void end.then(
          () => reject(new Error(`ended without printing ${pattern}: ${stdout}${stderr}`)),
          reject,
        );
      }),
  };
}

function pathOf(program: string): string {
  return fileURLToPath(new URL(`../dist/${program}.js`, import.meta.url));
}

function environment(url: string | undefined): NodeJS.ProcessEnv {
  const { RPC_URL: _, ...rest } = process.env;
  return url === undefined ? rest : { ...rest, RPC_URL: url };
}
