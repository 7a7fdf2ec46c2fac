/** Reads the length of `width` bytes, big-endian, at `at`. The bytes must be there. */
export function readLength(bytes: Uint8Array, at: number, width: number): number {
  if (width === 1) return bytes[at]!;
  const high = (bytes[at]! << 8) | bytes[at + 1]!;
  if (width === 2) return high;
  return high * 0x10000 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
}
