/** Parts of each power of two: a value is told within an eighth. */
const parts = 8;
/** Powers of two above a microsecond: the last bucket begins at 19 hours. */
const powers = 36;

/** How long things took, in buckets whose width grows with the time: 1.2 KB, whatever is added. */
export class Histogram {
  readonly #counts = new Uint32Array(parts * powers);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** The longest, exactly. */
  get maxMs(): number {
    return this.#max;
  }

  add(ms: number): void {
    this.#count += 1;
    if (ms > this.#max) this.#max = ms;
    this.#counts[bucketOf(ms)]! += 1;
  }

  /** The time within which that part of them was done, at most an eighth too long; 0 when there are none. */
  quantileMs(part: number): number {
    let left = Math.ceil(this.#count * part);
    if (left === 0) return 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      left -= this.#counts[bucket]!;
      if (left <= 0) return Math.min(endOf(bucket), this.#max);
    }
    return this.#max;
  }
}

function bucketOf(ms: number): number {
  const us = ms * 1000;
  // Not a number, and what a clock that went back would give, count as nothing.
  if (!(us >= 1)) return 0;
  const power = Math.floor(Math.log2(us));
  const bucket = power * parts + Math.floor((us / 2 ** power - 1) * parts);
  return Math.min(bucket, parts * powers - 1);
}

function endOf(bucket: number): number {
  const power = Math.floor(bucket / parts);
  return (2 ** power * (1 + ((bucket % parts) + 1) / parts)) / 1000;
}
