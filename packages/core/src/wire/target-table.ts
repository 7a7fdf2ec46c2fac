import { ByteSink } from "./byte-sink.js";
import type { NamedTarget } from "./call-frames.js";
import { writePlain } from "./plain-values.js";

/** Longest name whose length its head says. */
const longestName = 31;
/** Places for each name: finding one meets few others on its way. */
const placesForEach = 4;

/**
 * What a server can be called by name, found by the bytes of the names: comparing them is quicker than to make two strings
 * and to hash them.
 *
 * It knows what is served and nothing else, so whatever clients send, it neither grows nor forgets. What it does not know
 * is read like any value.
 */
export class TargetTable {
  /** By hash: 0 where nothing is, else one more than the index of a target. */
  readonly #places: Uint32Array;
  readonly #targets: readonly NamedTarget[];
  /** The names of all as they come, MessagePack, back to back: a server may have thousands, which have to stay in reach. */
  readonly #names: Uint8Array;
  /** Where those of each begin, and those of the last end. */
  readonly #starts: Uint32Array;
  /** Bits of a hash that are no place. */
  readonly #shift: number;
  /** Where the target that was found ends. */
  end = 0;

  constructor(targets: Iterable<NamedTarget>) {
    const sink = new ByteSink(1024);
    const starts = [0];
    this.#targets = [...targets].filter((target) => {
      const short = writeNames(sink, target);
      if (short) starts.push(sink.position);
      return short;
    });
    this.#names = sink.bytes.slice(0, sink.position);
    this.#starts = Uint32Array.from(starts);
    const bits = Math.ceil(Math.log2(placesForEach * (this.#targets.length + 1)));
    this.#places = new Uint32Array(2 ** bits);
    this.#shift = 32 - bits;
    for (let index = 0; index < this.#targets.length; index++) this.#add(index);
  }

  /** The target whose two names start at `start`; undefined when they are none that it knows. */
  find(bytes: Uint8Array, start: number, limit: number): NamedTarget | undefined {
    const middle = endOfName(bytes, start, limit);
    const end = endOfName(bytes, middle, limit);
    if (end < 0) return undefined;
    for (let place = this.#placeOf(bytes, middle, end); ; place = this.#after(place)) {
      const index = this.#places[place]! - 1;
      if (index < 0) return undefined;
      if (!this.#isAt(index, bytes, start, end)) continue;
      this.end = end;
      return this.#targets[index];
    }
  }

  #add(index: number): void {
    const start = this.#starts[index]!;
    const end = this.#starts[index + 1]!;
    let place = this.#placeOf(this.#names, endOfName(this.#names, start, end), end);
    while (this.#places[place] !== 0) place = this.#after(place);
    this.#places[place] = index + 1;
  }

  #isAt(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const known = this.#starts[index]!;
    const length = end - start;
    if (this.#starts[index + 1]! - known !== length) return false;
    const names = this.#names;
    for (let at = 0; at < length; at++) if (names[known + at] !== bytes[start + at]) return false;
    return true;
  }

  // Of the last bytes, where numbered names differ, and of a few others; never less than four are there.
  #placeOf(bytes: Uint8Array, middle: number, end: number): number {
    const last = (bytes[end - 4]! << 24) | (bytes[end - 3]! << 16) | (bytes[end - 2]! << 8) | bytes[end - 1]!;
    const others = (bytes[middle]! << 16) | (bytes[middle + 1]! << 8) | bytes[(middle + end) >> 1]!;
    return Math.imul(last ^ Math.imul(others, 0x85eb_ca6b), 0x9e37_79b1) >>> this.#shift;
  }

  #after(place: number): number {
    return place + 1 === this.#places.length ? 0 : place + 1;
  }
}

// Returns false, and writes nothing, for names that are not two short ASCII strings.
function writeNames(sink: ByteSink, { service, method }: NamedTarget): boolean {
  const start = sink.position;
  for (const name of [service, method]) {
    const short = name !== "" && name.length <= longestName;
    if (short && writePlain(sink, name, { maxDepth: 1, maxNodes: 1 })) continue;
    sink.position = start;
    return false;
  }
  return true;
}

// A string of 1 to 31 bytes, all there; -1 for anything else.
function endOfName(bytes: Uint8Array, start: number, limit: number): number {
  if (start < 0 || start >= limit) return -1;
  const size = bytes[start]! - 0xa0;
  return size > 0 && size <= longestName && start + size < limit ? start + 1 + size : -1;
}
