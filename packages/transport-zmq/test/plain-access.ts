import type { PlainAccess } from "@rpc/core/transport";
import { pack, unpack } from "msgpackr";

type Listener = (topic: string, value: Uint8Array) => void;

/** Plain access as core gives it: one method that adds, one that waits, and one event. */
export class FakePlain implements PlainAccess {
  readonly listeners = new Set<Listener>();
  readonly signals: AbortSignal[] = [];
  readonly #waiting: (() => void)[] = [];

  async call(request: Uint8Array, _peer: unknown, signal: AbortSignal): Promise<Uint8Array> {
    this.signals.push(signal);
    const [method, args] = this.#decode(request);
    if (method === "Adder.add") return pack([true, args.reduce((sum, each) => sum + each, 0)]);
    if (method === "Adder.wait") {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      return pack([true, "waited"]);
    }
    return pack([false, { code: "unimplemented", message: `no method ${String(method)}` }]);
  }

  hear(event: string, listener: Listener): () => void {
    if (event !== "TradingDesk.ticks") throw new TypeError(`no event ${event}`);
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  publish(topic: string, value: unknown): void {
    const bytes = pack(value);
    for (const listener of this.listeners) listener(topic, bytes);
    // What is published need not stay as it is.
    bytes.fill(0);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  answerWaiting(): void {
    for (const answer of this.#waiting.splice(0)) answer();
  }

  #decode(request: Uint8Array): [unknown, number[]] {
    try {
      const value: unknown = unpack(request);
      return Array.isArray(value) ? [value[0], value[1]] : ["?", []];
    } catch {
      return ["?", []];
    }
  }
}
