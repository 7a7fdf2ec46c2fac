/** Where a command runs and what it says. */
export interface Terminal {
  /** Folder that paths are relative to. */
  readonly cwd: string;
  /** Whether findings may be colored. */
  readonly color: boolean;
  /** Whether a person watches: then long work tells how far it is. Default false. */
  readonly interactive?: boolean;
  /** Ends what would go on for ever, such as `--watch`. */
  readonly signal?: AbortSignal;
  /** Variables of the environment. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The screen that `out` goes to; undefined when it is a file or another program. Read anew: it may be resized. */
  readonly screen?: Screen | undefined;
  /** What is typed or piped in. Default: nothing. */
  readonly input?: AsyncIterable<Uint8Array>;
  /**
   * Tells of each key as it is pressed, and `resize` when the screen is another size; returns how to stop. Default: no
   * keys. Ctrl-C still interrupts.
   */
  keys?(pressed: (key: string) => void): () => void;
  /** Takes what was asked for. */
  out(text: string): void;
  /** Takes findings and complaints. */
  err(text: string): void;
  /** Resolves when `out` takes more: who prints without end awaits it. Default: at once. */
  ready?(): Promise<void>;
  /**
   * Asks to be told instead of ended by Ctrl-C, `SIGTERM`, and a reader of `out` that is gone. The reason is the exit code.
   * A second Ctrl-C ends the process.
   */
  interrupted?(): AbortSignal;
}

/** A terminal that a person looks at. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Whether it may be colored. */
  readonly color: boolean;
}

/** The terminal of this process. Colors go to a person only, and not to one who sets `NO_COLOR`. */
export function processTerminal(): Terminal {
  const { stdout, stderr, stdin, env } = process;
  const interactive = stderr.isTTY === true;
  const mayColor = !env["NO_COLOR"];
  let signal: AbortSignal | undefined;
  // Without a listener a reader that goes away is a crash.
  const gone = new AbortController();
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    gone.abort(0);
  });
  return {
    cwd: process.cwd(),
    color: interactive && mayColor,
    interactive,
    env,
    input: stdin,
    get screen() {
      if (stdout.isTTY !== true) return undefined;
      return { columns: stdout.columns || 80, rows: stdout.rows || 24, color: mayColor };
    },
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    keys: (pressed) => listenToKeys(process, pressed),
    async ready() {
      if (!stdout.writableNeedDrain || gone.signal.aborted) return;
      await new Promise<void>((resolve) => {
        stdout.once("drain", resolve);
        gone.signal.addEventListener("abort", () => resolve(), { once: true });
      });
    },
    interrupted() {
      signal ??= AbortSignal.any([gone.signal, endedBySignal()]);
      return signal;
    },
  };
}

const ctrlC = "\u0003";

function listenToKeys({ stdin, stdout, pid }: NodeJS.Process, pressed: (key: string) => void): () => void {
  const resized = () => pressed("resize");
  stdout.on("resize", resized);
  if (stdin.isTTY !== true) return () => stdout.off("resize", resized);
  const typed = (bytes: Buffer) => {
    for (const key of bytes.toString("utf8")) {
      // A raw terminal makes no signal of it.
      if (key === ctrlC) process.kill(pid, "SIGINT");
      else pressed(key);
    }
  };
  stdin.setRawMode(true);
  stdin.on("data", typed);
  return () => {
    stdout.off("resize", resized);
    stdin.off("data", typed);
    stdin.setRawMode(false);
    stdin.pause();
  };
}

// The numbers that a shell gives to a process which a signal ended.
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

function endedBySignal(): AbortSignal {
  const controller = new AbortController();
  for (const [name, exitCode] of Object.entries(exitCodes)) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCode);
      controller.abort(exitCode);
    });
  }
  return controller.signal;
}
