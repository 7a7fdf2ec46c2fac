import type { KindLogger } from "@rpc/core/transport";
import type { Context } from "zeromq";
import { readAllowedKeys, readSecretKey } from "./curve-files.js";
import { OwnKey } from "./curve-keys.js";
import { type CurveOptions, curveRefusal } from "./curve-options.js";
import { readProof } from "./key-proof.js";
import { ZapHandler, zapDomain } from "./zap-handler.js";

/** CURVE as one listener has it. */
export interface CurveListening {
  /** What its sockets are made with. */
  readonly socketOptions: {
    readonly curveServer: true;
    readonly curveSecretKey: string;
    readonly zapDomain: string;
    readonly zapEnforceDomain: true;
  };
  /** Returns whose connection has this routing id; nothing unless the id proves it, and its owner is allowed. */
  identify(route: Buffer): string | undefined;
  allows(publicKey: string): boolean;
  /** Called when keys that were allowed are not any more. */
  onRevoked(listener: () => void): void;
  /** Says that the sockets are closed. Safe to call twice; never rejects. */
  leave(): Promise<void>;
}

/** The listening side of CURVE for one transport: who gets in, and the handler that libzmq asks about it. */
export class CurveServer {
  readonly #options: CurveOptions;
  readonly #context: Context;
  readonly #listeners = new Set<{ revoked: () => void }>();
  #allowed: ReadonlySet<string> | "any" = new Set();
  #handler: ZapHandler | undefined;
  /** Opening and closing the handler take turns: a context can have one. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: CurveOptions, context: Context) {
    this.#options = options;
    this.#context = context;
  }

  /** Reads the keys and opens the handler. Rejects `RpcError` `invalid_argument` for keys that are of no use. */
  async enter(logger: KindLogger): Promise<CurveListening> {
    const { secretKey, secretKeyFile } = this.#options;
    const own = new OwnKey(secretKey ?? (await readSecretKey(secretKeyFile!)));
    this.#allowed = await this.#readAllowed();
    const listener = { revoked: () => {} };
    await this.#inTurn(async () => {
      this.#handler ??= await ZapHandler.open({
        context: this.#context,
        logger,
        allows: (key) => this.#allows(key),
        failed: () => {
          this.#handler = undefined;
        },
      });
      this.#listeners.add(listener);
    });
    return {
      socketOptions: {
        curveServer: true,
        curveSecretKey: own.secretKey,
        zapDomain,
        zapEnforceDomain: true,
      },
      identify: (route) => {
        const key = readProof(route, own);
        return key !== undefined && this.#allows(key) ? key : undefined;
      },
      allows: (key) => this.#allows(key),
      onRevoked: (revoked) => {
        listener.revoked = revoked;
      },
      leave: () => this.#inTurn(() => this.#leave(listener)),
    };
  }

  /** Reads the file of allowed keys again; a file that is of no use changes nothing. */
  async reload(): Promise<void> {
    if (this.#options.allowedKeysFile === undefined) {
      throw curveRefusal("curve names no file to read again; give allowedKeysFile instead of allowedKeys");
    }
    try {
      this.#allowed = await this.#readAllowed();
    } catch (reason) {
      const { message } = reason as Error;
      throw curveRefusal(`allowed keys not reloaded, the old ones stay in force: ${message}`, reason);
    }
    for (const { revoked } of this.#listeners) revoked();
  }

  #allows(key: string): boolean {
    return this.#allowed === "any" || this.#allowed.has(key);
  }

  async #readAllowed(): Promise<ReadonlySet<string> | "any"> {
    const { allowedKeys, allowedKeysFile } = this.#options;
    if (allowedKeys === "any") return "any";
    if (allowedKeysFile !== undefined) return new Set(await readAllowedKeys(allowedKeysFile));
    if (allowedKeys !== undefined) return new Set(allowedKeys);
    throw curveRefusal("to listen with CURVE, say who gets in: curve.allowedKeysFile or curve.allowedKeys");
  }

  async #leave(listener: { revoked: () => void }): Promise<void> {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    const handler = this.#handler;
    this.#handler = undefined;
    await handler?.close();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}
