import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Answer, Question } from "./half.js";
import { foreignHalf } from "./outside.js";

const half = fileURLToPath(new URL("./half.js", import.meta.url));

/** Whether processes can be held on one core here: CPU figures are steadier so. */
export const pinned: boolean = process.platform === "linux" && availableParallelism() > 1;

/** Longest silence of a half. The longest answer is 10,000 connections, one after the other. */
const answerTimeoutMs = 120_000;

/** Then a half that does not end by itself is ended. */
const closeTimeoutMs = 10_000;

/** A peer's server or client in a process of its own. */
export class HalfProcess {
  /** What it said when it was ready. */
  readonly ready: Promise<Answer>;
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #died: Promise<never>;

  constructor(...args: string[]) {
    this.#name = args.join(" ");
    const [peer = "", ...rest] = args;
    const foreign = foreignHalf(peer);
    const program =
      foreign === undefined ? [process.execPath, "--expose-gc", half, ...args] : [...foreign, ...rest];
    const command = [...(pinned ? ["taskset", "-c", "0"] : []), ...program];
    this.#child = spawn(command[0]!, command.slice(1), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#died = once(this.#child, "exit").then(([code, signal]) => {
      throw new Error(`a half of the benchmark (${this.#name}) ended with ${String(code ?? signal)}`);
    });
    this.#died.catch(() => {});
    this.ready = this.#answer();
    this.ready.catch(() => {});
  }

  /** Asks and waits for the answer; rejects when the process ends instead, or says nothing. */
  ask(question: Question): Promise<Answer> {
    if (this.#child.connected) this.#child.send(question);
    return this.#answer();
  }

  /** Ends it, in order if it still can. */
  async close(): Promise<void> {
    if (this.#child.connected) this.#child.send({ ask: "close" } satisfies Question);
    const tooLong = setTimeout(() => this.#child.kill("SIGKILL"), closeTimeoutMs);
    await this.#died.catch(() => {});
    clearTimeout(tooLong);
  }

  async #answer(): Promise<Answer> {
    let silence: NodeJS.Timeout | undefined;
    const said = new Promise<Answer>((resolve, reject) => {
      this.#child.once("message", (answer) => resolve(answer as Answer));
      silence = setTimeout(() => {
        reject(
          new Error(`a half of the benchmark (${this.#name}) said nothing for ${answerTimeoutMs / 1_000} s`),
        );
        this.#child.kill("SIGKILL");
      }, answerTimeoutMs);
    });
    return await Promise.race([said, this.#died]).finally(() => clearTimeout(silence));
  }
}
