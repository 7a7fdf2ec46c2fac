import type { KindLogger } from "@rpc/core/transport";
import { type Context, Reply } from "zeromq";
import { watchSocket } from "./monitor.js";
import { encodeKey } from "./z85.js";

/** The domain of our sockets. They refuse everyone when nobody answers for it. */
export const zapDomain = "rpc";

// Where libzmq asks, one for each context (RFC 27).
const endpoint = "inproc://zeromq.zap.01";

/** What a handler of a context is made with. */
export interface ZapHandlerParts {
  readonly context: Context;
  readonly logger: KindLogger;
  /** Whether the client with this public key gets in. */
  allows(publicKey: string): boolean;
  /** Called once when the handler has failed; it is closed then. */
  failed(): void;
}

/**
 * Answers libzmq, which asks for every CURVE client whether it gets in.
 *
 * When it fails, nobody new gets in, because our sockets enforce their domain, and the log says so; connections that are
 * open stay.
 */
export class ZapHandler {
  readonly #parts: ZapHandlerParts;
  readonly #socket: Reply;
  readonly #ended: Promise<void>;
  #closing = false;

  private constructor(parts: ZapHandlerParts) {
    this.#parts = parts;
    this.#socket = new Reply({ context: parts.context, linger: 0 });
    this.#ended = watchSocket(this.#socket, () => {});
  }

  /** Opens the handler of a context. Rejects when it has one already. */
  static async open(parts: ZapHandlerParts): Promise<ZapHandler> {
    const handler = new ZapHandler(parts);
    try {
      await handler.#socket.bind(endpoint);
    } catch (error) {
      await handler.close();
      throw error;
    }
    void handler.#answer();
    return handler;
  }

  /** Answers no more; resolves when the context can have another. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#socket.close();
    await this.#ended;
  }

  // Cannot reject: what fails ends the handler.
  async #answer(): Promise<void> {
    try {
      while (!this.#closing) await this.#socket.send(this.#decide(await this.#socket.receive()));
    } catch (error) {
      if (this.#closing) return;
      await this.close();
      this.#parts.failed();
      const { message } = error as Error;
      this.#parts.logger.error(
        `the handler that knows the allowed CURVE keys failed: no new client gets in until the server listens anew: ${message}`,
      );
    }
  }

  #decide([version, id, domain, address, , mechanism, ...credentials]: Buffer[]): (string | Buffer)[] {
    const head = ["1.0", id ?? ""];
    const known = String(version) === "1.0" && String(domain) === zapDomain && String(mechanism) === "CURVE";
    const [key] = credentials;
    if (!known || credentials.length !== 1 || key?.length !== 32) {
      this.#refused(`a request of ZAP ${String(version)} for ${String(mechanism)} that is not ours`);
      return [...head, "500", "not understood", "", ""];
    }
    const publicKey = encodeKey(key);
    if (this.#parts.allows(publicKey)) return [...head, "200", "OK", publicKey, ""];
    this.#refused(`${publicKey} from ${String(address)}, which is not in allowedKeys`);
    return [...head, "400", "key not allowed", "", ""];
  }

  #refused(who: string): void {
    this.#parts.logger.warn(`CURVE refused ${who}`, "CURVE clients refused");
  }
}
