/** Random values from a seed, of everything that can travel. */
export class RandomValues {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  value(depth = 3): unknown {
    const kind = this.below(depth > 0 ? 16 : 10);
    if (kind < 3) return this.number();
    if (kind < 6) return this.string();
    if (kind === 6) return this.pick([null, true, false, undefined]);
    if (kind === 7) return this.bigint();
    if (kind === 8)
      return new Date(
        this.pick([
          0,
          1,
          -1,
          8.64e15,
          -8.64e15,
          1.7e12,
          1.7e12 + 1,
          2 ** 34 * 1000,
          this.below(2 ** 31) * 999,
        ]),
      );
    if (kind === 9) return this.bytes();
    if (kind < 12) return Array.from({ length: this.count() }, () => this.value(depth - 1));
    if (kind < 14) return this.object(depth - 1);
    if (kind === 14)
      return new Map(
        Array.from({ length: this.count() }, () => [this.value(depth - 1), this.value(depth - 1)]),
      );
    return new Set(Array.from({ length: this.count() }, () => this.value(depth - 1)));
  }

  /** What plain MessagePack has without extensions and bins. */
  plain(depth = 3): unknown {
    const kind = this.below(depth > 0 ? 8 : 4);
    if (kind < 2) return this.number();
    if (kind === 2) return this.string();
    if (kind === 3) return this.pick([null, true, false]);
    if (kind < 6) return Array.from({ length: this.count() }, () => this.plain(depth - 1));
    return Object.fromEntries(
      Array.from({ length: this.count() }, () => [this.string(), this.plain(depth - 1)]),
    );
  }

  number(): number {
    const edge = this.pick([0, 32, 128, 256, 32768, 65536, 2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53]);
    const near = (edge + this.below(5) - 2) * this.pick([1, -1]);
    return this.pick([near, near, near, near / 7, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 5e-324]);
  }

  string(): string {
    const alphabet = this.pick([
      "abcdef ghij",
      "aé€\u{1f600}\ufeff\u0000",
      "日本語",
      "\ufeff",
      "~\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}",
    ]);
    const length = this.pick([0, 1, 5, 11, 31, 32, 47, 48, 64, 65, 100, this.below(700)]);
    return Array.from({ length }, () => this.pick([...alphabet])).join("");
  }

  bigint(): bigint {
    const magnitude = BigInt(this.below(2 ** 32)) << BigInt(this.pick([0, 1, 31, 33, 64, 100, 900]));
    return magnitude * this.pick([1n, -1n]);
  }

  bytes(): ArrayBufferView {
    const bytes = Uint8Array.from({ length: 8 * this.below(5) }, () => this.below(256));
    const make = this.pick([
      Uint8Array,
      Int8Array,
      Uint8ClampedArray,
      Int16Array,
      Float32Array,
      Float64Array,
      BigInt64Array,
    ]);
    return new make(bytes.buffer);
  }

  object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (let count = this.count(); count > 0; count--) {
      // A property that is undefined would be left out.
      object[this.pick(["a", "price", "toString", "constructor", "12", "", this.string()])] =
        this.value(depth) ?? null;
    }
    return object;
  }

  count(): number {
    return this.pick([0, 1, 1, 2, 2, 3, 4, 16]);
  }
}
