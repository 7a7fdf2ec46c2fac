import { ByteSink } from "../wire/byte-sink.js";
import { sharedPacketBytes } from "../wire/packet.js";

const kept = 8;
const capacity = sharedPacketBytes + 1024;

/** Blocks that packets are written in. A session borrows one for a turn, so that an idle session holds none. */
export class SinkPool {
  readonly #free: ByteSink[] = [];

  take(): ByteSink {
    return this.#free.pop() ?? new ByteSink(capacity);
  }

  /** Gives a block back. One that a large frame made grow is let go. */
  give(sink: ByteSink): void {
    sink.position = 0;
    if (this.#free.length < kept && sink.bytes.length <= 2 * capacity) this.#free.push(sink);
  }
}
