import { readLength } from "./read-length.js";

/**
 * The first byte of every MessagePack value, as three tables: what kind of value it opens, how many bytes of length
 * follow it, and the size it says itself when none do.
 */

/** Number, boolean or null: `sizeOf` is the number of bytes after the head. */
export const scalarKind = 0;
export const stringKind = 1;
export const binKind = 2;
/** `sizeOf` is the number of elements. */
export const arrayKind = 3;
/** `sizeOf` is the number of entries, each a key and a value. */
export const mapKind = 4;
/** `sizeOf` is the number of bytes after the code. */
export const extensionKind = 5;
/** 0xc1, which MessagePack never uses. */
export const unusedKind = 6;

/** Kind of value by head. */
export const kindOf: Uint8Array = new Uint8Array(256);
/** Bytes of length after a head: 0, 1, 2 or 4. With 0 the size is in `sizeOf`. */
export const widthOf: Uint8Array = new Uint8Array(256);
/** Size by head, for heads that say it themselves. */
export const sizeOf: Uint8Array = new Uint8Array(256);

for (let count = 0; count < 16; count++) {
  define(0x80 + count, mapKind, 0, count);
  define(0x90 + count, arrayKind, 0, count);
}
for (let length = 0; length < 32; length++) define(0xa0 + length, stringKind, 0, length);
define(0xc1, unusedKind, 0, 0);
[0xc4, 0xc5, 0xc6].forEach((head, power) => {
  define(head, binKind, 2 ** power, 0);
});
[0xc7, 0xc8, 0xc9].forEach((head, power) => {
  define(head, extensionKind, 2 ** power, 0);
});
// float 32 and 64, then uint 8 to 64, then int 8 to 64.
[4, 8, 1, 2, 4, 8, 1, 2, 4, 8].forEach((size, index) => {
  define(0xca + index, scalarKind, 0, size);
});
[1, 2, 4, 8, 16].forEach((size, index) => {
  define(0xd4 + index, extensionKind, 0, size);
});
[0xd9, 0xda, 0xdb].forEach((head, power) => {
  define(head, stringKind, 2 ** power, 0);
});
[0xdc, 0xdd].forEach((head, power) => {
  define(head, arrayKind, 2 ** (power + 1), 0);
});
[0xde, 0xdf].forEach((head, power) => {
  define(head, mapKind, 2 ** (power + 1), 0);
});

function define(head: number, kind: number, width: number, size: number): void {
  kindOf[head] = kind;
  widthOf[head] = width;
  sizeOf[head] = size;
}

/** Returns where the value at `at` ends. Only for bytes that were scanned, or that this process wrote. */
export function skipValue(bytes: Uint8Array, at: number): number {
  let position = at;
  for (let left = 1; left > 0; left--) {
    const head = bytes[position++]!;
    if (head < 0x80 || head >= 0xe0) continue;
    const width = widthOf[head]!;
    const size = width === 0 ? sizeOf[head]! : readLength(bytes, position, width);
    position += width;
    const kind = kindOf[head]!;
    if (kind === arrayKind) left += size;
    else if (kind === mapKind) left += 2 * size;
    else position += kind === extensionKind ? size + 1 : size;
  }
  return position;
}
