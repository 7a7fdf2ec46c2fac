import type { Receiver } from "@rpc/core/transport";

/** A receiver that keeps what it is told, for tests that await it. */
export class Recorder implements Receiver {
  readonly packets: Buffer[] = [];
  drains = 0;
  endings: (Error | undefined)[] = [];
  /** Called with each packet, in the middle of its delivery. */
  onPacket: (packet: Uint8Array) => void = () => {};
  readonly #changed = new Set<() => void>();

  packet(bytes: Uint8Array): void {
    this.packets.push(Buffer.from(bytes));
    this.onPacket(bytes);
    this.#tell();
  }

  drain(): void {
    this.drains += 1;
    this.#tell();
  }

  closed(reason?: Error): void {
    this.endings.push(reason);
    this.#tell();
  }

  /** The texts of the first `count` packets, once they are there. */
  async texts(count: number): Promise<string[]> {
    await this.until(() => this.packets.length >= count);
    return this.packets.map(String);
  }

  /** The reason of the end, once it has come; nothing for an end in order. */
  async ending(): Promise<Error | undefined> {
    await this.until(() => this.endings.length > 0);
    return this.endings[0];
  }

  /** Resolves once `holds` does, looked at after everything that is told. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#changed.add(resolve));
  }

  #tell(): void {
    for (const resolve of this.#changed) resolve();
    this.#changed.clear();
  }
}
