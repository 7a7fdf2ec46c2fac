import { readAscii } from "./plain-values.js";

/** Places for texts; two that fall into one place take turns. */
const places = 512;
/** Longest text that is kept, a power of two. */
const longest = 32;

/**
 * Short ASCII texts that came before, found by their bytes: keys of objects, names of instruments.
 *
 * Objects of one kind come with the same keys again and again. Finding the string is twice as quick as making it, and
 * as a key it needs no look into the engine's table of names. Bounded: 512 texts of at most 32 bytes.
 */
export class TextCache {
  #bytes: Uint8Array | undefined;
  readonly #texts: string[] = [];

  /** The text from `start` to `end`; undefined when it is not ASCII. Longer ones are not kept. */
  read(bytes: Uint8Array, start: number, end: number): string | undefined {
    const length = end - start;
    if (length >= longest || length === 0) return readAscii(bytes, start, end);
    this.#bytes ??= this.#open();
    const known = this.#bytes;
    const place =
      (bytes[start]! * 31 + bytes[end - 1]! * 7 + bytes[start + (length >> 1)]! * 3 + length) % places;
    const at = place * longest;
    // The last byte of a place is the length of what is there.
    if (known[at + longest - 1] === length) {
      let index = 0;
      while (index < length && known[at + index] === bytes[start + index]) index++;
      if (index === length) return this.#texts[place];
    }
    return this.#keep(known, place, bytes, start, end);
  }

  #open(): Uint8Array {
    for (let place = 0; place < places; place++) this.#texts.push("");
    return new Uint8Array(places * longest);
  }

  #keep(known: Uint8Array, place: number, bytes: Uint8Array, start: number, end: number): string | undefined {
    const text = readAscii(bytes, start, end);
    if (text === undefined) return undefined;
    const at = place * longest;
    for (let index = start; index < end; index++) known[at + index - start] = bytes[index]!;
    known[at + longest - 1] = end - start;
    this.#texts[place] = text;
    return text;
  }
}
