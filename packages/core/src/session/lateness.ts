const keptMs = 5 * 60_000;

/**
 * How much later than usual a packet arrived.
 *
 * The two clocks share no zero, so only differences count: arrival minus `sentAt`, less the smallest such difference of
 * the last five to ten minutes. A packet that lay in a send buffer while the link was cut is late by the cut.
 */
export class Lateness {
  #since: number | undefined;
  #smallest: number | undefined;
  #before: number | undefined;

  /** Takes the arrival of a packet, both times in ms modulo 2^32; returns by how many ms it is late. */
  observe(now: number, sentAt: number): number {
    const difference = (Math.trunc(now) - sentAt) | 0;
    this.#since ??= now;
    // As everything here, modulo 2^32.
    if (Math.trunc(now - this.#since) >>> 0 > keptMs) {
      this.#before = this.#smallest;
      this.#smallest = undefined;
      this.#since = now;
    }
    // Compared as differences, since both counts wrap.
    if (this.#smallest === undefined || ((difference - this.#smallest) | 0) < 0) this.#smallest = difference;
    const base =
      this.#before !== undefined && ((this.#before - this.#smallest) | 0) < 0 ? this.#before : this.#smallest;
    return (difference - base) | 0;
  }
}
