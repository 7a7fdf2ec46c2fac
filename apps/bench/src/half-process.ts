import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Answer, Question } from "./half.js";
import { foreignHalf } from "./outside.js";

const half = fileURLToPath(new URL("./half.js", import.meta.url));

/** Whether processes can be held on one core here: CPU figures are steadier so. */
export const pinned: boolean = process.platform === "linux" && availableParallelism() > 1;

/** A peer's server or client in a process of its own. */
export class HalfProcess {
  /** What it said when it was ready. */
  readonly ready: Promise<Answer>;
  readonly #child: ChildProcess;
  readonly #died: Promise<never>;

  constructor(...args: string[]) {
    const [peer = "", ...rest] = args;
    const foreign = foreignHalf(peer);
    const program =
      foreign === undefined ? [process.execPath, "--expose-gc", half, ...args] : [...foreign, ...rest];
    const command = [...(pinned ? ["taskset", "-c", "0"] : []), ...program];
    this.#child = spawn(command[0]!, command.slice(1), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#died = once(this.#child, "exit").then(([code]) => {
      throw new Error(`a half of the benchmark (${args.join(" ")}) ended with code ${String(code)}`);
    });
    this.#died.catch(() => {});
    this.ready = this.#answer();
    this.ready.catch(() => {});
  }

  /** Asks and waits for the answer; rejects when the process ends instead. */
  ask(question: Question): Promise<Answer> {
    this.#child.send(question);
    return this.#answer();
  }

  async close(): Promise<void> {
    if (this.#child.connected) this.#child.send({ ask: "close" } satisfies Question);
    await this.#died.catch(() => {});
  }

  #answer(): Promise<Answer> {
    const said = new Promise<Answer>((resolve) =>
      this.#child.once("message", (answer) => resolve(answer as Answer)),
    );
    return Promise.race([said, this.#died]);
  }
}
