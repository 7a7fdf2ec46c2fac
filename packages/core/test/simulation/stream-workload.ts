import { type Client, expose, type Remote, RpcError, type Server, service } from "@rpc/core";
import { type SeededRandom, Simulation } from "@rpc/core/testing";

export interface StreamWorkloadOptions {
  readonly seed: number;
  readonly streams: number;
  readonly faults: number;
}

/** What a run saw, for tests of the tests. */
export interface StreamWorkloadReport {
  readonly whole: number;
  readonly lost: number;
  readonly items: number;
  readonly oneways: number;
  readonly resumes: number;
  readonly resets: number;
}

/** What the world outside knows, whatever crashes. */
interface World {
  readonly simulation: Simulation;
  /** Items that a client's source gave, by stream, as a method got them. */
  readonly uploaded: Map<number, number[]>;
  readonly lines: number[];
}

const url = "sim:pipe";
const limits = { heartbeatMs: 500, sessionRetentionMs: 5_000, streamCreditItems: 16, maxStreams: 256 };

@service("Pipe")
class Pipe {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  @expose()
  async *count(count: number, pauseMs: number): AsyncGenerator<number, void, void> {
    for (let number = 0; number < count; number++) {
      if (number % 7 === 6) await this.#world.simulation.sleep(pauseMs);
      yield number;
    }
  }

  @expose()
  async *echo(key: number, numbers: AsyncIterable<number>): AsyncGenerator<number, void, void> {
    const uploaded: number[] = [];
    this.#world.uploaded.set(key, uploaded);
    for await (const number of numbers) {
      uploaded.push(number);
      yield number;
    }
  }

  @expose()
  async each(count: number, callback: (number: number) => Promise<number>): Promise<number> {
    let right = 0;
    for (let number = 0; number < count; number++) if ((await callback(number)) === number * 2) right += 1;
    return right;
  }

  @expose({ oneway: true })
  log(line: number): void {
    this.#world.lines.push(line);
  }
}

/** Streams, callbacks and one-way calls through links and servers that fail; rejects when a promise does not hold. */
export function runStreamWorkload(options: StreamWorkloadOptions): Promise<StreamWorkloadReport> {
  return new Simulation(options.seed).run((simulation) => new StreamWorkload(simulation, options).run());
}

class StreamWorkload {
  readonly #simulation: Simulation;
  readonly #random: SeededRandom;
  readonly #options: StreamWorkloadOptions;
  readonly #world: World;
  readonly #servers: Server[] = [];
  readonly #report = { whole: 0, lost: 0, items: 0, oneways: 0, resumes: 0, resets: 0 };
  /** Sources of arguments that were opened and have not returned. */
  #sources = 0;

  constructor(simulation: Simulation, options: StreamWorkloadOptions) {
    this.#simulation = simulation;
    this.#random = simulation.random;
    this.#options = options;
    this.#world = { simulation, uploaded: new Map(), lines: [] };
  }

  async run(): Promise<StreamWorkloadReport> {
    await this.#serve();
    const client = await this.#simulation.connect(url, { limits });
    client.onState((state) => {
      if (state === "resuming") this.#report.resumes += 1;
      if (state === "reset") this.#report.resets += 1;
    });
    await Promise.all([this.#use(client.service<Remote<Pipe>>("Pipe")), this.#fail()]);
    await this.#simulation.sleep(20_000);
    this.#checkLines();
    await this.#checkEnd(client);
    return this.#report;
  }

  async #use(pipe: Remote<Pipe>): Promise<void> {
    const under: Promise<void>[] = [];
    for (let key = 1; key <= this.#options.streams; key++) {
      const count = this.#random.whole(0, 120);
      const kind = this.#random.pick(["count", "count", "echo", "leave", "each"] as const);
      if (kind === "count")
        under.push(this.#read(pipe.count.stream(count, this.#random.whole(1, 40)), count));
      else if (kind === "echo") under.push(this.#read(pipe.echo.stream(key, this.#source(count)), count));
      else if (kind === "leave")
        under.push(
          this.#read(pipe.echo.stream(key, this.#source(count)), count, this.#random.whole(0, count)),
        );
      else under.push(this.#callBack(pipe, this.#random.whole(0, 10)));
      under.push(this.#log(pipe, key));
      await this.#simulation.sleep(this.#random.whole(1, 150));
    }
    await Promise.all(under);
  }

  /** Reads to the end, or leaves after `leaveAfter` items: each item once and in order, then the end or a typed error. */
  async #read(stream: AsyncIterable<number>, count: number, leaveAfter = Infinity): Promise<void> {
    let next = 0;
    try {
      for await (const number of stream) {
        check(number === next, `item ${number} came, ${next} was expected`);
        next += 1;
        this.#report.items += 1;
        // A slow reader now and then, so that credit matters.
        if (this.#random.chance(0.05)) await this.#simulation.sleep(this.#random.whole(1, 50));
        if (next >= leaveAfter) return;
      }
      check(next === count, `a stream of ${count} ended after ${next} items`);
      this.#report.whole += 1;
    } catch (error) {
      if (!RpcError.is(error, "unavailable")) throw error;
      const { lastIndex } = error.details as { readonly lastIndex: number };
      check(lastIndex === next - 1, `told index ${lastIndex}, the last item was ${next - 1}`);
      this.#report.lost += 1;
    }
  }

  async *#source(count: number): AsyncGenerator<number, void, void> {
    this.#sources += 1;
    try {
      for (let number = 0; number < count; number++) {
        if (number % 9 === 8) await this.#simulation.sleep(5);
        yield number;
      }
    } finally {
      this.#sources -= 1;
    }
  }

  async #callBack(pipe: Remote<Pipe>, count: number): Promise<void> {
    let next = 0;
    const callback = (number: number) => {
      check(number === next, `callback ${number} came, ${next} was expected`);
      next += 1;
      return number * 2;
    };
    try {
      check(
        (await pipe.$with({ timeoutMs: 60_000 }).each(count, callback)) === count,
        "a callback's answer was wrong",
      );
    } catch (error) {
      if (!RpcError.is(error) || !["unavailable", "deadline_exceeded"].includes(error.code)) throw error;
    }
  }

  async #log(pipe: Remote<Pipe>, line: number): Promise<void> {
    try {
      await pipe.log.oneway(line);
      this.#report.oneways += 1;
    } catch (error) {
      if (!RpcError.is(error, "deadline_exceeded") || error.outcome !== "not-executed") throw error;
    }
  }

  async #fail(): Promise<void> {
    for (let fault = 0; fault < this.#options.faults; fault++) {
      await this.#simulation.sleep(this.#random.whole(1, 600));
      const link = [...this.#simulation.network.links].at(-1);
      const kind = this.#random.pick(["cut", "cut", "freeze", "lose", "repeat", "crash"] as const);
      if (kind === "crash") {
        this.#simulation.network.crash(url);
        await this.#simulation.sleep(this.#random.whole(1, 2_000));
        await this.#serve();
      } else if (kind === "cut") link?.cut();
      else if (kind === "freeze") link?.freeze(this.#random.pick(["near", "far", "both"]));
      else link?.[kind](this.#random.pick(["near", "far"]));
    }
  }

  async #serve(): Promise<void> {
    this.#servers.push(await this.#simulation.serve([new Pipe(this.#world)], { listen: url, limits }));
  }

  #checkLines(): void {
    const { lines, uploaded } = this.#world;
    for (let index = 1; index < lines.length; index++)
      check(lines[index]! > lines[index - 1]!, `line ${lines[index]} ran after ${lines[index - 1]}`);
    for (const [key, items] of uploaded)
      items.forEach((item, index) => {
        check(item === index, `the method of stream ${key} got ${item} as item ${index}`);
      });
  }

  async #checkEnd(client: Client): Promise<void> {
    const { pendingCalls, queuedCalls } = client.stats();
    check(pendingCalls === 0 && queuedCalls === 0, `${pendingCalls} calls pending, ${queuedCalls} queued`);
    check(this.#sources === 0, `${this.#sources} sources have not returned`);
    const session = this.#servers.at(-1)!.stats().sessions[0];
    check(
      (session?.streams ?? 0) === 0 && (session?.runningCalls ?? 0) === 0,
      "a stream is still open at the server",
    );
    await client.close();
    await Promise.all(this.#servers.map((server) => server.close({ graceMs: 0 })));
    await this.#simulation.sleep(60_000);
    for (const server of this.#servers) check(server.stats().sessions.length === 0, "a session is left");
    check(this.#simulation.clock.timers === 0, `${this.#simulation.clock.timers} timers are left`);
  }
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}
