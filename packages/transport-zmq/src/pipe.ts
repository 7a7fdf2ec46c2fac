import type { Peer } from "@rpc/core/transport";
import type { Writer } from "./writer.js";

/**
 * The empty packet: the close notice, either way.
 *
 * Who gets one answers with one, unless it has sent one itself. So an answer proves that everything sent before has
 * arrived, and ZeroMQ, which cannot say so, is not asked.
 */
export const closeNotice: Uint8Array = new Uint8Array(0);

/**
 * How a connection ended.
 *
 * `agreed`: both sides sent their notice. `asked`: the peer sent its notice and waits for the answer. `lost`: the peer is
 * gone. `unanswered`: the peer did not answer the notice in time. `broken`: by this side, and the peer does not know.
 */
export type Ending = "agreed" | "asked" | "lost" | "unanswered" | "broken";

/** What a connection needs of the socket it is on. */
export interface Pipe {
  readonly peer: Peer;
  /** The routing id on a ROUTER. */
  readonly route: Uint8Array | undefined;
  readonly writer: Writer;
  readonly maxMessageBytes: number;
  readonly maxHeldBytes: number;
  /** Hears whether packets are wanted; a socket that serves others too may go on reading. */
  reading(wanted: boolean): void;
  /** Lets go of the connection, which has ended, and sends the notice that its ending calls for. Never rejects. */
  release(ending: Ending): Promise<void>;
}
