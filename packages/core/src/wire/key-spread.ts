// V8 hashes the numbers and bigints that are keys of a Map or members of a Set without a secret, so a peer can choose
// thousands that fall into one bucket: 50,000 such bigints block the process for six seconds (measured). Strings are
// hashed with a secret. So the numbers are hashed here the way V8 does it, and must be spread out. Another engine
// hashes otherwise: there the check protects less, and lets honest keys pass all the same.

/** So few keys cost little however they fall. */
export const harmlessKeys = 256;
const buckets = 1024;
const digit = new DataView(new ArrayBuffer(8));

/** Tells whether a `Map` or `Set` can be filled with these keys in a time that grows with their number only. */
export function areKeysSpread(keys: readonly unknown[]): boolean {
  if (keys.length <= harmlessKeys) return true;
  // Honest keys of every pattern tried stay below 32 more than the mean, and below twice it.
  const most = 32 + Math.ceil((2 * keys.length) / buckets);
  const tally = new Uint32Array(buckets);
  for (const key of keys) {
    if (typeof key !== "number" && typeof key !== "bigint") continue;
    const bucket = hash(key) % buckets;
    tally[bucket]! += 1;
    if (tally[bucket]! > most) return false;
  }
  return true;
}

function hash(key: number | bigint): number {
  if (typeof key === "number" && (key | 0) === key) return hashInt32(key);
  if (typeof key === "number") digit.setFloat64(0, key);
  else digit.setBigUint64(0, BigInt.asUintN(64, key < 0n ? -key : key));
  return hashInt64(digit.getUint32(0), digit.getUint32(4));
}

function hashInt32(key: number): number {
  let hash = ~key + (key << 15);
  hash ^= hash >>> 12;
  hash += hash << 2;
  hash ^= hash >>> 4;
  hash = Math.imul(hash, 2057);
  return (hash ^ (hash >>> 16)) >>> 0;
}

// In halves of 32 bits: JavaScript's bigints would take ten times as long.
function hashInt64(upper: number, lower: number): number {
  let sum = (~lower >>> 0) + ((lower << 18) >>> 0);
  let low = sum >>> 0;
  let high = (~upper + ((upper << 18) | (lower >>> 14)) + (sum > low ? 1 : 0)) | 0;
  low ^= (high << 1) | (low >>> 31);
  high ^= high >>> 31;
  sum = (low >>> 0) * 21;
  low = sum >>> 0;
  high = (Math.imul(high, 21) + Math.floor(sum / 2 ** 32)) | 0;
  low ^= (high << 21) | (low >>> 11);
  high ^= high >>> 11;
  sum = (low >>> 0) * 65;
  low = sum >>> 0;
  high = (Math.imul(high, 65) + Math.floor(sum / 2 ** 32)) | 0;
  low ^= (high << 10) | (low >>> 22);
  return low >>> 0;
}
