import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Connection, type Listener, RpcError } from "@rpc/core/transport";
import { ws } from "@rpc/transport-ws";
import { build } from "esbuild";
import { type WebSocket, WebSocketServer } from "ws";
import { listenOptions } from "../../../transport-tcp/test/pair.js";
import { type FromPlatform, joinPacket, splitPacket, type ToPlatform } from "./relay-protocol.js";

/** The test's side of a platform under test: gives it the suite, listens for it, and tells it what to run. */
export class PlatformHost {
  /** The suite as one file. */
  readonly script: string;
  readonly #http: Server;
  readonly #control: WebSocketServer;
  readonly #running = new Map<string, (error: string | undefined) => void>();
  readonly #listeners = new Map<number, Promise<Listener>>();
  readonly #connections = new Map<number, Connection>();
  #socket: WebSocket | undefined;
  #ready: () => void = () => {};
  #last = 0;
  /** The platform has the suite and waits for what to run. */
  readonly ready: Promise<void>;

  private constructor(script: string) {
    this.script = script;
    this.ready = new Promise((resolve) => {
      this.#ready = resolve;
    });
    this.#http = createServer((request, response) => {
      const isScript = request.url === "/suite.js";
      response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? script : '<!doctype html><script type="module" src="/suite.js"></script>');
    });
    this.#control = new WebSocketServer({ server: this.#http, path: "/control" });
    this.#control.on("connection", (socket) => this.#attach(socket));
  }

  /** Bundles the suite as an application would for that platform, and serves it. */
  static async open(conditions: readonly string[]): Promise<PlatformHost> {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL("suite.ts", import.meta.url))],
      bundle: true,
      format: "esm",
      platform: "browser",
      conditions: [...conditions],
      write: false,
      logLevel: "silent",
    });
    const host = new PlatformHost(outputFiles[0]?.text ?? "");
    await new Promise<void>((resolve) => host.#http.listen(0, "127.0.0.1", resolve));
    return host;
  }

  /** The page that runs the suite. */
  get page(): string {
    return `http://${this.#place}/?control=${encodeURIComponent(this.control)}`;
  }

  /** Where the suite finds this host. */
  get control(): string {
    return `ws://${this.#place}/control`;
  }

  /** Runs one scenario there; throws what it threw. */
  async run(title: string): Promise<void> {
    const error = await new Promise<string | undefined>((resolve) => {
      this.#running.set(title, resolve);
      this.#tell({ op: "run", title });
    });
    if (error !== undefined) throw new Error(error);
  }

  async close(): Promise<void> {
    for (const listener of this.#listeners.values()) await (await listener.catch(() => undefined))?.close();
    for (const connection of this.#connections.values()) await connection.close();
    this.#socket?.terminate();
    this.#control.close();
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, "close");
  }

  get #place(): string {
    return `127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  #attach(socket: WebSocket): void {
    this.#socket = socket;
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) {
        const { connection, packet } = splitPacket(data);
        if (this.#connections.get(connection)?.send(packet) === false) this.#tell({ op: "full", connection });
      } else this.#hear(JSON.parse(data.toString()) as FromPlatform);
    });
  }

  #tell(message: ToPlatform): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #hear(message: FromPlatform): void {
    switch (message.op) {
      case "ready":
        return this.#ready();
      case "done": {
        this.#running.get(message.title)?.(message.error);
        this.#running.delete(message.title);
        return;
      }
      case "listen":
        return void this.#listen(message.listener, message.url);
      case "unlisten":
        return void this.#listeners.get(message.listener)?.then((listener) => listener.close());
      case "start":
        return this.#start(message.connection);
      case "limit": {
        const connection = this.#connections.get(message.connection);
        if (connection !== undefined) connection.maxPacketBytes = message.bytes;
        return;
      }
      case "close":
        return void this.#connections.get(message.connection)?.close();
      default:
        return this.#connections.get(message.connection)?.[message.op]();
    }
  }

  async #listen(listener: number, url: string): Promise<void> {
    const page = `http://${this.#place}`;
    const options = listenOptions({ maxPacketBytes: 16_384 });
    const listening = ws({ origins: [page] }).listen(new URL(url), options, (connection) => {
      const number = ++this.#last;
      this.#connections.set(number, connection);
      const { address } = connection.peer;
      const shown = address === undefined ? {} : { address };
      this.#tell({ op: "accepted", listener, connection: number, ...shown });
    });
    this.#listeners.set(listener, listening);
    try {
      this.#tell({ op: "listening", listener, url: (await listening).url.href });
    } catch (error) {
      const { code, message } = RpcError.from(error, "internal");
      this.#tell({ op: "failed", listener, code, message });
    }
  }

  #start(number: number): void {
    this.#connections.get(number)?.start({
      packet: (bytes) => this.#socket?.send(joinPacket(number, bytes)),
      drain: () => this.#tell({ op: "drain", connection: number }),
      closed: (reason) => {
        this.#connections.delete(number);
        this.#tell({
          op: "closed",
          connection: number,
          ...(reason === undefined ? {} : { reason: reason.message }),
        });
      },
    });
  }
}
