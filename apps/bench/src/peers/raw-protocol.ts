import { checkBytes, checkName, createBytes, name, orderBytes, TickCheck, ticksPerTurn } from "../data.js";
import type { BenchClient } from "../peer.js";

/** What raw peers say over whatever carries their messages: one byte of what it is, then the bytes, no codec. */
const kinds = { echo: 1, stream: 2, subscribe: 3, publish: 4, tick: 5 } as const;
const heads = Object.fromEntries(
  Object.entries(kinds).map(([kind, byte]) => [kind, Buffer.of(byte)]),
) as Record<keyof typeof kinds, Buffer>;
// As many bytes as a tick takes in JSON.
const tickBytes = 85;

/** Sends a message in parts; false when the pipe is full. */
export type SendParts = (...parts: Uint8Array[]) => boolean;

/** The serving half of the raw protocol: echoes, streams, and publishes to who subscribed. */
export class RawServer {
  served = 0;
  readonly #subscribers = new Set<{ send: SendParts; drained(): Promise<unknown> }>();
  #published = 0;

  /** Adds a connection; `drained` resolves when there is room again after `send` said false. */
  add(send: SendParts, drained: () => Promise<unknown>): { receive(body: Buffer): void; leave(): void } {
    const subscriber = { send, drained };
    return {
      receive: (body) => {
        this.served += 1;
        const kind = body[0];
        if (kind === kinds.echo) send(body);
        else if (kind === kinds.stream) void this.#stream(send, drained, body.readUInt32BE(1));
        else if (kind === kinds.subscribe) {
          this.#subscribers.add(subscriber);
          send(body);
        } else if (kind === kinds.publish) void this.#publish(body.readUInt32BE(1)).then(() => send(body));
        else throw new Error(`unknown kind ${kind}`);
      },
      leave: () => void this.#subscribers.delete(subscriber),
    };
  }

  async #stream(send: SendParts, drained: () => Promise<unknown>, count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) if (!send(heads.tick, createRawTick(n))) await drained();
    send(heads.stream);
  }

  async #publish(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      const tick = createRawTick(this.#published);
      this.#published += 1;
      const full = [...this.#subscribers].filter((subscriber) => !subscriber.send(heads.tick, tick));
      if (full.length > 0) await Promise.all(full.map((subscriber) => subscriber.drained()));
      if (sent % ticksPerTurn === ticksPerTurn - 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** What carries a raw client's messages. */
export interface RawPipe {
  send(...parts: Uint8Array[]): void;
  listen(receive: (body: Buffer) => void): void;
  close(): void;
}

/** The connecting half. Answers come in the order of the questions, so a queue is all the bookkeeping there is. */
export function connectRaw(pipe: RawPipe): BenchClient {
  const waiting: ((body: Buffer) => void)[] = [];
  const heard = new TickCheck();
  let streamed = 0;
  let streaming = false;
  pipe.listen((body) => {
    if (body[0] !== kinds.tick) waiting.shift()?.(body);
    else if (!streaming) heard.take(body.readUInt32BE(1));
    else if (body.readUInt32BE(1) === streamed) streamed += 1;
    else throw new Error(`tick ${body.readUInt32BE(1)} came, expected ${streamed}`);
  });
  const ask = (check: (body: Buffer) => void, ...parts: Uint8Array[]): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push((body) => {
        try {
          check(body);
          resolve();
        } catch (error) {
          reject(error);
        }
      });
      pipe.send(...parts);
    });
  const question = Buffer.from(name);
  return {
    call: () => ask((body) => checkName(body.subarray(1).toString()), heads.echo, question),
    object: () =>
      ask(
        (body) => {
          if (orderBytes.compare(body, 1) !== 0) throw new Error("the order came back changed");
        },
        heads.echo,
        orderBytes,
      ),
    bytes: (size) => ask((body) => checkBytes(body.subarray(1), size), heads.echo, createBytes(size)),
    async stream(count) {
      streamed = 0;
      streaming = true;
      await ask(() => {}, heads.stream, uint32(count));
      streaming = false;
      if (streamed !== count) throw new Error(`the stream ended after ${streamed} ticks, expected ${count}`);
    },
    subscribe: () => ask(() => {}, heads.subscribe),
    hear: (count) => heard.next(count),
    publish: (count) => ask(() => {}, heads.publish, uint32(count)),
    close: async () => pipe.close(),
  };
}

function createRawTick(n: number): Buffer {
  const tick = Buffer.alloc(tickBytes);
  tick.writeUInt32BE(n);
  return tick;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
