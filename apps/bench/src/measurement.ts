import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Answer, Question } from "./half.js";
import type { Peer } from "./peer.js";

/** One round of one peer. */
export interface Round {
  readonly wallMs: number;
  /** CPU of both processes per call. */
  readonly cpuUsPerCall: number;
  readonly callsPerSecond: number;
}

const half = fileURLToPath(new URL("./half.js", import.meta.url));

/** A peer's server and client, each in its own process, both on one core where that can be had. */
export class Measurement {
  readonly peer: Peer;
  readonly #server: HalfProcess;
  readonly #client: HalfProcess;

  private constructor(peer: Peer, server: HalfProcess, client: HalfProcess) {
    this.peer = peer;
    this.#server = server;
    this.#client = client;
  }

  static async start(peer: Peer): Promise<Measurement> {
    const server = new HalfProcess(peer.name, "server");
    const { url } = await server.answer();
    const client = new HalfProcess(peer.name, "client", url ?? "");
    await client.answer();
    return new Measurement(peer, server, client);
  }

  /** Runs one round. Throws when the server did not run exactly as many calls as were answered. */
  async round(calls: number, inFlight: number): Promise<Round> {
    const before = await this.#server.ask({ ask: "usage" });
    const { cpuUs = 0, wallMs = 0 } = await this.#client.ask({ ask: "round", calls, inFlight });
    const after = await this.#server.ask({ ask: "usage" });
    const ran = (after.served ?? 0) - (before.served ?? 0);
    if (ran !== calls)
      throw new Error(`${this.peer.name}: ${calls} calls were answered, the server ran ${ran}`);
    const serverUs = (after.cpuUs ?? 0) - (before.cpuUs ?? 0);
    return { wallMs, cpuUsPerCall: (cpuUs + serverUs) / calls, callsPerSecond: (calls / wallMs) * 1000 };
  }

  async close(): Promise<void> {
    await this.#client.close();
    await this.#server.close();
  }
}

/** Whether processes can be held on one core here: CPU figures are steadier so. */
export const pinned: boolean = process.platform === "linux" && availableParallelism() > 1;

class HalfProcess {
  readonly #child: ChildProcess;
  readonly #died: Promise<never>;

  constructor(...args: string[]) {
    const command = [...(pinned ? ["taskset", "-c", "0"] : []), process.execPath, half, ...args];
    this.#child = spawn(command[0]!, command.slice(1), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#died = once(this.#child, "exit").then(([code]) => {
      throw new Error(`a half of the benchmark (${args.join(" ")}) ended with code ${String(code)}`);
    });
    this.#died.catch(() => {});
  }

  async ask(question: Question): Promise<Answer> {
    this.#child.send(question);
    return this.answer();
  }

  /** The next thing it says; rejects when it ends instead. */
  answer(): Promise<Answer> {
    const said = new Promise<Answer>((resolve) =>
      this.#child.once("message", (answer) => resolve(answer as Answer)),
    );
    return Promise.race([said, this.#died]);
  }

  async close(): Promise<void> {
    this.#child.send({ ask: "close" } satisfies Question);
    await this.#died.catch(() => {});
  }
}
