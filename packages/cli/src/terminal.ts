/** Where a command runs and what it says. */
export interface Terminal {
  /** Folder that paths are relative to. */
  readonly cwd: string;
  /** Whether findings may be colored. */
  readonly color: boolean;
  /** Takes what was asked for. */
  out(text: string): void;
  /** Takes findings and complaints. */
  err(text: string): void;
}

/** The terminal of this process. Colors go to a person only, and not to one who sets `NO_COLOR`. */
export function processTerminal(): Terminal {
  return {
    cwd: process.cwd(),
    color: process.stderr.isTTY === true && !process.env["NO_COLOR"],
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  };
}
