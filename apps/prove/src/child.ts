import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What a parent asks of a program. */
export interface Question {
  readonly id: number;
  readonly ask: string;
  readonly of: unknown;
}

/** What a program answers. */
export type Saying =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

/** A program of `programs/` in a process of its own. */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  readonly #ended: Promise<void>;
  #asked = 0;

  private constructor(name: string) {
    this.#name = name;
    const program = fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
    this.#process = fork(program);
    this.#process.on("message", (saying) => this.#hear(saying as Saying));
    this.#ended = once(this.#process, "exit").then(([code, signal]) => {
      const error = new Error(`${name} ended with ${signal ?? code}`);
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
  }

  /** Starts a program; resolves with what it answers to `start`. */
  static async start<Answer>(name: string, options: object): Promise<{ child: Child; answer: Answer }> {
    const child = new Child(name);
    return { child, answer: await child.ask<Answer>("start", options) };
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Asks it something; rejects when it fails at it or ends before it answers. */
  ask<Answer>(ask: string, of: unknown = undefined): Promise<Answer> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#process.send({ id, ask, of } satisfies Question, (error) => {
        if (error === null) return;
        this.#waiting.delete(id);
        reject(new Error(`${this.#name} hears nothing: ${error.message}`));
      });
    });
  }

  /** Kills it as a power cut would: SIGKILL. Resolves when it is gone. */
  kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    return this.#ended;
  }

  /** Lets it end by itself, which it does once its parent has nothing more to ask. Resolves when it is gone. */
  async end(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 10_000);
    await this.#ended;
    clearTimeout(timer);
  }

  #hear(saying: Saying): void {
    const waiting = this.#waiting.get(saying.id);
    this.#waiting.delete(saying.id);
    if ("error" in saying) waiting?.reject(new Error(`${this.#name}: ${saying.error}`));
    else waiting?.resolve(saying.value);
  }
}
