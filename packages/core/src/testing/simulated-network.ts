import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Connection, Peer, Receiver, Transport } from "../transport.js";
import type { SeededRandom } from "./seeded-random.js";

export interface NetworkOptions {
  readonly clock: Clock;
  readonly random: SeededRandom;
  /** Shortest and longest time a packet is under way, in ms. Default 1 to 20. */
  readonly delayMs?: readonly [number, number];
  /** Bytes under way in one direction before `send` answers false. Default 64 KiB. */
  readonly pipeBytes?: number;
}

/**
 * A network inside one process: links that delay, cut, freeze and slow down, drawn from a seed.
 *
 * It is a `Transport` for URLs such as `sim:server`: give it to `serve` and `connect`.
 */
export class SimulatedNetwork implements Transport {
  readonly schemes = ["sim"];
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #delayMs: readonly [number, number];
  readonly #pipeBytes: number;
  readonly #listeners = new Map<string, (connection: Connection) => void>();
  readonly #links = new Set<SimulatedLink>();
  readonly #parted = new Set<string>();

  constructor(options: NetworkOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#delayMs = options.delayMs ?? [1, 20];
    this.#pipeBytes = options.pipeBytes ?? 64 * 1024;
  }

  /** Links that are up, those that are frozen included. */
  get links(): ReadonlySet<SimulatedLink> {
    return this.#links;
  }

  exposure(): "local" {
    return "local";
  }

  async connect(
    url: URL,
    options: { readonly signal: AbortSignal; readonly maxPacketBytes: number },
  ): Promise<Connection> {
    await this.#wait(this.#delay(), options.signal);
    const accept = this.#listeners.get(url.pathname);
    if (accept === undefined || this.#parted.has(url.pathname))
      throw new RpcError("unavailable", `nobody listens at ${url.href}`, { outcome: "not-executed" });
    const link: SimulatedLink = new SimulatedLink({
      clock: this.#clock,
      random: this.#random,
      delay: () => this.#delay(),
      pipeBytes: this.#pipeBytes,
      maxPacketBytes: options.maxPacketBytes,
      over: () => this.#links.delete(link),
    });
    this.#links.add(link);
    accept(link.far);
    return link.near;
  }

  async listen(
    url: URL,
    _options: unknown,
    accept: (connection: Connection) => void,
  ): Promise<{ url: URL; close(): Promise<void> }> {
    if (this.#listeners.has(url.pathname))
      throw new RpcError("unavailable", `${url.href} is in use`, { outcome: "not-executed" });
    this.#listeners.set(url.pathname, accept);
    return {
      url,
      close: async () => {
        if (this.#listeners.get(url.pathname) === accept) this.#listeners.delete(url.pathname);
      },
    };
  }

  /** The process behind a URL dies: nobody listens there, and its links are dead without a word from it. */
  crash(url: string): void {
    this.#listeners.delete(new URL(url).pathname);
    for (const link of [...this.#links]) link.cut();
  }

  /** Nobody reaches a URL any more, until `join`; the process behind it lives on. */
  part(url: string): void {
    this.#parted.add(new URL(url).pathname);
    for (const link of [...this.#links]) link.cut();
  }

  join(url: string): void {
    this.#parted.delete(new URL(url).pathname);
  }

  #delay(): number {
    const [least, most] = this.#delayMs;
    return least + this.#random.fraction() * (most - least);
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.timer(ms, () => {
        signal.removeEventListener("abort", abort);
        resolve();
      });
      const abort = () => {
        timer.clear();
        reject(new RpcError("unavailable", "the attempt was given up", { outcome: "not-executed" }));
      };
      signal.addEventListener("abort", abort, { once: true });
    });
  }
}

interface LinkOptions {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly delay: () => number;
  readonly pipeBytes: number;
  readonly maxPacketBytes: number;
  over(): void;
}

/** One connection between two ends, and what can befall it. */
export class SimulatedLink {
  readonly near: Connection;
  readonly far: Connection;
  readonly #near: End;
  readonly #far: End;
  readonly #options: LinkOptions;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#near = new End(options, () => this.#closed());
    this.#far = new End(options, () => this.#closed());
    this.#near.join(this.#far);
    this.#far.join(this.#near);
    this.near = this.#near;
    this.far = this.#far;
  }

  /** Breaks it. What is under way is lost from somewhere on; each end learns of it in its own time. */
  cut(): void {
    for (const end of [this.#near, this.#far]) end.cut(this.#options.random);
    this.#options.over();
  }

  /** From now on what is sent vanishes, in one direction or both, and nobody is told. */
  freeze(which: "near" | "far" | "both"): void {
    if (which !== "far") this.#near.frozen = true;
    if (which !== "near") this.#far.frozen = true;
  }

  /** The next packet of that end vanishes, which no honest pipe does: the session must notice. */
  lose(which: "near" | "far"): void {
    this.#end(which).losing = true;
  }

  /** The next packet of that end arrives twice, which no honest pipe does either. */
  repeat(which: "near" | "far"): void {
    this.#end(which).repeating = true;
  }

  /** Packets take `factor` times as long from now on. */
  slowDown(factor: number): void {
    this.#near.slowness = factor;
    this.#far.slowness = factor;
  }

  #end(which: "near" | "far"): End {
    return which === "near" ? this.#near : this.#far;
  }

  #closed(): void {
    if (this.#near.ended && this.#far.ended) this.#options.over();
  }
}

class End implements Connection {
  readonly peer: Peer = { scheme: "sim" };
  maxPacketBytes: number;
  /** What this end sends vanishes. */
  frozen = false;
  losing = false;
  repeating = false;
  slowness = 1;
  ended = false;
  readonly #options: LinkOptions;
  readonly #closed: () => void;
  #other: End | undefined;
  #receiver: Receiver | undefined;
  #early: Uint8Array[] = [];
  #paused = false;
  /** Bytes this end sent that have not arrived. */
  #underWay = 0;
  #full = false;
  /** No packet overtakes another: the next arrives no sooner than this. */
  #arrival = 0;
  #cutAt = Number.POSITIVE_INFINITY;

  constructor(options: LinkOptions, closed: () => void) {
    this.#options = options;
    this.maxPacketBytes = options.maxPacketBytes;
    this.#closed = closed;
  }

  join(other: End): void {
    this.#other = other;
  }

  send(packet: Uint8Array): boolean {
    if (this.ended) return true;
    this.#underWay += packet.length;
    const times = this.losing ? 0 : this.repeating ? 2 : 1;
    this.losing = false;
    this.repeating = false;
    this.#later(() => this.#arrive(packet, times));
    this.#full = this.#underWay >= this.#options.pipeBytes;
    return !this.#full;
  }

  start(receiver: Receiver): void {
    this.#receiver = receiver;
    for (const packet of this.#early.splice(0)) receiver.packet(packet);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#deliverEarly();
  }

  async close(): Promise<void> {
    if (this.ended) return;
    const other = this.#other;
    if (!this.frozen) this.#later(() => other?.finish(undefined));
    this.finish(undefined);
  }

  /** What this end sent arrives only up to a point drawn at random; it learns of the cut itself later. */
  cut(random: SeededRandom): void {
    const { clock, delay } = this.#options;
    this.#cutAt = clock.now() + random.fraction() * Math.max(0, this.#arrival - clock.now());
    clock.timer(delay(), () => this.finish(new Error("the link was cut")));
  }

  finish(reason: Error | undefined): void {
    if (this.ended) return;
    this.ended = true;
    this.#early = [];
    this.#receiver?.closed(reason);
    this.#closed();
  }

  take(packet: Uint8Array): void {
    if (this.ended) return;
    if (this.#receiver === undefined || this.#paused) this.#early.push(packet);
    else if (packet.length > this.maxPacketBytes)
      this.finish(new Error(`packet of ${packet.length} bytes exceeds ${this.maxPacketBytes}`));
    else this.#receiver.packet(packet);
  }

  #later(run: () => void): void {
    const { clock, delay } = this.#options;
    this.#arrival = Math.max(this.#arrival, clock.now() + delay() * this.slowness);
    clock.timer(this.#arrival - clock.now(), run);
  }

  #arrive(packet: Uint8Array, times: number): void {
    this.#underWay -= packet.length;
    const other = this.#other;
    for (let time = 0; time < times && other !== undefined; time++) {
      if (!this.frozen && this.#options.clock.now() < this.#cutAt) other.take(packet);
    }
    if (!this.#full || this.#underWay >= this.#options.pipeBytes / 2) return;
    this.#full = false;
    if (!this.ended) this.#receiver?.drain();
  }

  #deliverEarly(): void {
    while (!this.#paused && this.#receiver !== undefined && this.#early.length > 0)
      this.#receiver.packet(this.#early.shift()!);
  }
}
