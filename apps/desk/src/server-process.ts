import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** How long a killed server stays away, so that somebody can watch what happens meanwhile. */
const awayMs = 2_000;

/** The desk's server, in a process that can be killed and comes back at the same address. */
export class ServerProcess {
  readonly #origin: string;
  #url = "ws://127.0.0.1:0/rpc";
  #child: ChildProcess | undefined;
  #killing: Promise<void> | undefined;
  #closed = false;

  /** `origin` is the page's. */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Where it listens, once it does. */
  get url(): string {
    return this.#url;
  }

  /** Starts it. Rejects when it ends before it listens. */
  async start(): Promise<void> {
    const program = fileURLToPath(new URL("./server.js", import.meta.url));
    const child = fork(program, [this.#url, this.#origin], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child = child;
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`the desk's server ended before it listened (exit code ${code})`);
    });
    const [{ url }] = (await Promise.race([once(child, "message"), ended])) as [{ url: string }];
    ended.catch(() => {});
    this.#url = url;
  }

  /** Kills it without a word to anybody, and starts another after two seconds. Joins a kill that is under way. */
  kill(): Promise<void> {
    this.#killing ??= this.#killAndStart().finally(() => {
      this.#killing = undefined;
    });
    return this.#killing;
  }

  /** Ends it in order. Safe to call twice. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#killing;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    if (child.connected) child.disconnect();
    await ended;
  }

  async #killAndStart(): Promise<void> {
    const child = this.#child as ChildProcess;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    await new Promise((resolve) => setTimeout(resolve, awayMs));
    if (!this.#closed) await this.start();
  }
}
