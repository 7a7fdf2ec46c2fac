import type { Connection, Receiver } from "../transport.js";

/** The session that a connection delivers to. */
export interface AttachedSession {
  readonly connection: Connection | undefined;
  packet(bytes: Uint8Array): void;
  drain(): void;
  lost(reason: Error): void;
}

/** What a connection delivers to while a session continues on it. Once the session has another, nothing comes of it. */
export class Attachment implements Receiver {
  readonly #session: AttachedSession;
  readonly #connection: Connection;

  constructor(session: AttachedSession, connection: Connection) {
    this.#session = session;
    this.#connection = connection;
  }

  packet(bytes: Uint8Array): void {
    if (this.#session.connection === this.#connection) this.#session.packet(bytes);
  }

  drain(): void {
    if (this.#session.connection === this.#connection) this.#session.drain();
  }

  closed(reason?: Error): void {
    if (this.#session.connection === this.#connection)
      this.#session.lost(reason ?? new Error("the peer closed the connection"));
  }
}
