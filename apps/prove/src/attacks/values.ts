import { callOf, packetOf } from "@rpc/core/testing";
import type { Attack } from "./attack.js";
import { ending } from "./results.js";

const packetHeaderBytes = 13;

/** Bytes of a call of `Target.echo` whose one argument is these bytes, sound or not. */
export function callFrameOf(argument: Uint8Array): Uint8Array {
  const loose = { numbered: false, number: 0, acknowledged: 0, sentAt: 0 };
  const sound = packetOf(loose, [callOf(1, "Target.echo", null)]).slice(packetHeaderBytes);
  // Its last byte is the nil in the place of the argument.
  const frame = new Uint8Array(sound.length - 1 + argument.length);
  frame.set(sound.subarray(0, -1));
  frame.set(argument, sound.length - 1);
  new DataView(frame.buffer).setUint32(1, frame.length - 5);
  return frame;
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}

function repeated(byte: number, times: number): Uint8Array {
  return new Uint8Array(times).fill(byte);
}

/** A map, extension 1, with keys of 32 bits that V8's hash puts into one bucket. */
function collidingMap(entries: number): Uint8Array {
  const keys: number[] = [];
  for (let key = 0; keys.length < entries; key++) if (hashInt32(key) % 1024 === 7) keys.push(key);
  const body = new DataView(new ArrayBuffer(5 + entries * 6));
  body.setUint8(0, 0xdd);
  body.setUint32(1, 2 * entries);
  for (const [index, key] of keys.entries()) {
    body.setUint8(5 + index * 6, 0xce);
    body.setUint32(6 + index * 6, key);
    body.setUint8(10 + index * 6, 0xc0);
  }
  return joined(extensionHead(1, body.byteLength), new Uint8Array(body.buffer));
}

// As V8 hashes an integer: what an attacker computes too.
function hashInt32(key: number): number {
  let hash = ~key + (key << 15);
  hash ^= hash >>> 12;
  hash += hash << 2;
  hash ^= hash >>> 4;
  hash = Math.imul(hash, 2057);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function extensionHead(code: number, length: number): Uint8Array {
  const head = new DataView(new ArrayBuffer(6));
  head.setUint8(0, 0xc9);
  head.setUint32(1, length);
  head.setUint8(5, code);
  return new Uint8Array(head.buffer);
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

/** What is sent as an argument, the rule against it, and what the attacker is told. */
const hostileValues: readonly (readonly [
  name: string,
  limit: string,
  bytes: () => Uint8Array,
  told: RegExp,
])[] = [
  ["100,000 arrays inside each other", "maxDepth", () => repeated(0x91, 100_000), /maxDepth 32/],
  [
    "33 maps inside each other",
    "maxDepth",
    () => joined(...Array(33).fill(hex("81a161")), hex("c0")),
    /maxDepth 32/,
  ],
  [
    "an array that claims 4 billion elements",
    "length claims",
    () => hex("dd ffffffff c0"),
    /expected at least 4294967295 bytes/,
  ],
  [
    "a map that claims 4 billion entries",
    "length claims",
    () => hex("df ffffffff a161 c0"),
    /expected at least 8589934590 bytes/,
  ],
  [
    "a text that claims 4 GiB",
    "length claims",
    () => hex("db ffffffff 61"),
    /expected at least 4294967295 bytes/,
  ],
  [
    "bytes that claim 4 GiB",
    "length claims",
    () => hex("c6 ffffffff 61"),
    /expected at least 4294967295 bytes/,
  ],
  [
    "an extension that claims 4 GiB",
    "length claims",
    () => hex("c9 ffffffff 01"),
    /expected at least 4294967296 bytes/,
  ],
  [
    "200,000 values in 200 KB",
    "maxNodes",
    () => joined(hex("dd 00030d40"), repeated(0xc0, 200_000)),
    /maxNodes 100000/,
  ],
  ["text that is not UTF-8", "UTF-8", () => hex("a2 c328"), /not UTF-8/],
  ["half a surrogate pair in UTF-8", "UTF-8", () => hex("a3 eda080"), /not UTF-8/],
  [
    "the key __proto__",
    "keys of maps",
    () => joined(hex("81 a9"), Buffer.from("__proto__"), hex("81 a161 01")),
    /key __proto__/,
  ],
  ["a map whose key is an array", "keys of maps", () => hex("81 90 c0"), /expected a string as the key/],
  [
    "40,000 numbers chosen to fall into one bucket",
    "spread of keys",
    () => collidingMap(40_000),
    /one bucket/,
  ],
  [
    "a msgpackr record definition",
    "extension codes",
    () => hex("d4 72 40 91 a161 01"),
    /unknown extension code 114/,
  ],
  [
    "a msgpackr shared reference",
    "extension codes",
    () => hex("d6 69 00000001 80"),
    /unknown extension code 105/,
  ],
  ["a regular expression", "extension codes", () => hex("c7 03 78 92a161a0"), /unknown extension code 120/],
  ["an Error object", "extension codes", () => hex("d4 65 00 92 a161 a162"), /unknown extension code 101/],
  [
    "a bigint of 1 MB",
    "4,096 bytes of a bigint",
    () => joined(extensionHead(3, 1_000_006), hex("c6 000f4241 00"), repeated(0xff, 1_000_000)),
    /bigint of 1000000 bytes exceeds 4096/,
  ],
  [
    "a date beyond what a Date can hold",
    "timestamps",
    () => hex("c7 0c ff 00000000 7fffffffffffffff"),
    /beyond what a Date can hold/,
  ],
  ["the byte that MessagePack never uses", "heads", () => hex("c1"), /0xc1/],
  ["bytes behind the last value", "no trailing bytes", () => hex("c0 c0 c0"), /left over/],
];

/** Values that must not be decoded, each as the argument of an ordinary call. */
export const valueAttacks: readonly Attack[] = hostileValues.map(([name, limit, bytes, told]) => ({
  name,
  limit,
  expected: new RegExp(`^closed: protocol error: .*${told.source}`),
  async run(field) {
    const peer = await field.client();
    peer.sendBytes(callFrameOf(bytes()));
    return ending(peer);
  },
}));
