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
  /** Takes what was asked for. */
  out(text: string): void;
  /** Takes findings and complaints. */
  err(text: string): void;
}

/** The terminal of this process. Colors go to a person only, and not to one who sets `NO_COLOR`. */
export function processTerminal(): Terminal {
  const interactive = process.stderr.isTTY === true;
  return {
    cwd: process.cwd(),
    color: interactive && !process.env["NO_COLOR"],
    interactive,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  };
}
