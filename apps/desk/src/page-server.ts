import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

/** What the page asks of who serves it. */
export interface PageActions {
  /** Where the desk listens. */
  deskUrl(): string;
  /** Kills the desk's server and starts another. */
  kill(): Promise<void>;
}

const folder = fileURLToPath(new URL("./page/", import.meta.url));

const types: ReadonlyMap<string, string> = new Map([
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".svg", "image/svg+xml"],
]);

/** Serves the built page on loopback, tells it where the desk is, and kills the desk's server when it asks for that. */
export class PageServer {
  readonly #http: Server;

  private constructor(http: Server) {
    this.#http = http;
  }

  /** Listens at `port`, 0 for a free one. Rejects when it is taken. */
  static async open(port: number, actions: (origin: string) => PageActions): Promise<PageServer> {
    const http = createServer();
    http.listen(port, "127.0.0.1");
    await once(http, "listening");
    const server = new PageServer(http);
    const answering = actions(server.origin);
    http.on("request", (request, response) => void server.#answer(request, response, answering));
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** Safe to call twice. */
  close(): void {
    this.#http.close();
    this.#http.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse, actions: PageActions): Promise<void> {
    try {
      // Throws for what is no URL.
      const { pathname } = new URL(request.url ?? "/", this.origin);
      if (pathname === "/desk.json")
        return send(response, "application/json", JSON.stringify({ url: actions.deskUrl() }));
      if (pathname === "/kill") return await this.#kill(request, response, actions);
      const path = normalize(join(folder, pathname === "/" ? "index.html" : pathname));
      const type = types.get(extname(path));
      if (!path.startsWith(folder) || type === undefined) return refuse(response, 404);
      send(response, type, await readFile(path));
    } catch {
      refuse(response, 404);
    }
  }

  // Only the page itself may: every page in the same browser can send a request here.
  async #kill(request: IncomingMessage, response: ServerResponse, { kill }: PageActions): Promise<void> {
    if (request.method !== "POST" || request.headers.origin !== this.origin) return refuse(response, 403);
    await kill();
    send(response, "text/plain", "it is back");
  }
}

function send(response: ServerResponse, type: string, body: string | Buffer): void {
  response.writeHead(200, { "Content-Type": type, "Cache-Control": "no-store" }).end(body);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "Content-Type": "text/plain" }).end();
}
