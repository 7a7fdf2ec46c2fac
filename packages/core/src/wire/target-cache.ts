import type { CallTarget } from "./frame.js";
import { readAscii } from "./plain-values.js";

interface Known {
  /** The two names as they came, MessagePack. */
  readonly bytes: Uint8Array;
  readonly target: CallTarget;
}

/** Places for names; two that fall into one place take turns. */
const places = 256;

/**
 * Targets by name that were called before in any session of a server, found by their bytes.
 *
 * A program calls a few methods again and again: comparing the bytes is quicker than to make two strings and to hash
 * them. Bounded by its places and by the longest short name.
 */
export class TargetCache {
  #known: (Known | undefined)[] | undefined;
  /** Where the target that was found ends. */
  end = 0;

  /** The target whose two names start at `start`; undefined when they are not two short ASCII strings. */
  find(bytes: Uint8Array, start: number, limit: number): CallTarget | undefined {
    const middle = endOfShort(bytes, start, limit);
    const end = endOfShort(bytes, middle, limit);
    if (end < 0) return undefined;
    this.end = end;
    const place = (bytes[end - 1]! + 7 * bytes[middle + 1]! + 31 * (end - start)) % places;
    const known = this.#known?.[place];
    if (known !== undefined && isAt(known.bytes, bytes, start, end)) return known.target;
    return this.#read(bytes, start, middle, end, place);
  }

  #read(
    bytes: Uint8Array,
    start: number,
    middle: number,
    end: number,
    place: number,
  ): CallTarget | undefined {
    const service = readAscii(bytes, start + 1, middle);
    const method = readAscii(bytes, middle + 1, end);
    if (service === undefined || method === undefined) return undefined;
    const target = { service, method };
    this.#known ??= new Array<undefined>(places).fill(undefined);
    this.#known[place] = { bytes: new Uint8Array(bytes.subarray(start, end)), target };
    return target;
  }
}

// A string of 1 to 31 bytes, all there; -1 for anything else.
function endOfShort(bytes: Uint8Array, start: number, limit: number): number {
  if (start < 0 || start >= limit) return -1;
  const size = bytes[start]! - 0xa0;
  return size > 0 && size < 32 && start + size < limit ? start + 1 + size : -1;
}

function isAt(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let index = 0; index < known.length; index++) if (known[index] !== bytes[start + index]) return false;
  return true;
}
