import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Mistake } from "./program.js";

/** What the server tells the process that started it, when it listens. */
export interface Listening {
  readonly type: "listening";
  readonly url: string;
}

/** The demo's server in a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  /** Where it listens. */
  readonly url: string;
  /** Aborts, with a `Mistake`, when the process ends without being asked to. */
  readonly lost: AbortSignal;
  /** Ends it as a power cut would: SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to close and waits for its end. Rejects `Mistake` when it did not end in order. */
  close(): Promise<void>;
}

/** Which program is the server; default: the tour's. */
export interface ServerProgram {
  readonly program?: string;
  readonly args?: readonly string[];
}

/** How long a server may take to close before it is ended by force. */
const closeTimeoutMs = 3_000;
const mostErrorText = 4_096;

/**
 * Starts the server at a URL and waits until it listens.
 *
 * The two hold a channel: when either process ends, however it ends, the other one notices, so none stays behind.
 * Rejects `Mistake` when the server ends before it listens, with what it said.
 */
export async function startServer(
  url: string,
  signal: AbortSignal,
  { program = "./server.js", args = [] }: ServerProgram = {},
): Promise<ServerProcess> {
  signal.throwIfAborted();
  const child = fork(new URL(program, import.meta.url), [...args], {
    env: { ...process.env, RPC_URL: url },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const ending = watchEnd(child);
  const kill = () => child.kill("SIGKILL");
  signal.addEventListener("abort", kill);
  try {
    const [listening] = (await Promise.race([once(child, "message"), ending.then(failBeforeListening)])) as [
      Listening,
    ];
    return superviseServer(child, listening.url, ending);
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

function superviseServer(child: ChildProcess, url: string, ending: Promise<Ending>): ServerProcess {
  const lost = new AbortController();
  let closing = false;
  void ending.then((ended) => {
    if (!closing)
      lost.abort(
        new Mistake(`the server process ended in the middle of the demo (${ended.how})${ended.said}`),
      );
  });
  return {
    pid: child.pid!,
    url,
    lost: lost.signal,
    async kill() {
      closing = true;
      child.kill("SIGKILL");
      await ending;
    },
    async close() {
      closing = true;
      const timer = setTimeout(() => child.kill("SIGKILL"), closeTimeoutMs);
      if (child.connected) child.disconnect();
      const ended = await ending;
      clearTimeout(timer);
      if (!ended.inOrder && !lost.signal.aborted) {
        throw new Mistake(`the server process did not close in order (${ended.how})${ended.said}`);
      }
    },
  };
}

interface Ending {
  readonly inOrder: boolean;
  /** The exit code or the signal. */
  readonly how: string;
  /** What it wrote to stderr, to be put behind a sentence. */
  readonly said: string;
}

// Never rejects: a process that cannot be started ends too.
function watchEnd(child: ChildProcess): Promise<Ending> {
  let text = "";
  child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
    text = (text + piece).slice(-mostErrorText);
  });
  return new Promise((resolve) => {
    child.once("error", (error) =>
      resolve({ inOrder: false, how: "not started", said: `: ${error.message}` }),
    );
    // Not its event `close`: Node 20 does not emit that once this side has closed the channel.
    child.once("exit", async (code, signal) => {
      if (child.stderr?.closed === false) await once(child.stderr, "close").catch(() => {});
      const said = text.trim();
      const how = code === null ? `signal ${signal}` : `exit code ${code}`;
      resolve({ inOrder: code === 0, how, said: said === "" ? "" : `: ${said}` });
    });
  });
}

function failBeforeListening({ how, said }: Ending): never {
  throw new Mistake(`the server process ended before it listened (${how})${said}`);
}
