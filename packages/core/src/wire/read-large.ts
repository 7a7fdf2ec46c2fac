import { Unpackr } from "msgpackr/unpack";
import { arrayKind, kindOf, mapKind, scalarKind, sizeOf, stringKind, widthOf } from "./heads.js";
import { readLength } from "./read-length.js";
import { ValueReader } from "./value-reader.js";

/** Reads a large scanned value that fills `start..end` exactly: by msgpackr, which is quicker for these, where it may. */
export function readLarge(bytes: Uint8Array, start: number, end: number): unknown {
  if (!isForMsgpackr(bytes, start, end)) return new ValueReader(bytes, start).read();
  range.start = start;
  range.end = end;
  return unpackr.unpack(bytes, range);
}

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: "auto" });
// One for all: unpack reads it before anything else.
const range = { start: 0, end: 0 };

// What msgpackr must not see. Extensions: its table of them is one for the whole process, so an application that adds its
// own would change ours. Bins: from a Buffer it would make another Buffer. Strings of more than 64 bytes that begin with a
// byte order mark: it drops the mark.
function isForMsgpackr(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const head = bytes[at++]!;
    if (hopOf[head] !== noHop) {
      at += hopOf[head]!;
      continue;
    }
    if (kindOf[head] !== stringKind) return false;
    const size = readLength(bytes, at, widthOf[head]!);
    at += widthOf[head]!;
    if (size > 64 && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) return false;
    at += size;
  }
  return true;
}

// From a head to the next: past numbers and short strings, into arrays and maps. Other heads need a look.
const noHop = 0xff;
const hopOf: Uint8Array = Uint8Array.from({ length: 256 }, (_, head) => {
  const kind = kindOf[head];
  if (head < 0x80 || head >= 0xe0) return 0;
  if (kind === arrayKind || kind === mapKind) return widthOf[head]!;
  return kind === scalarKind || head < 0xc0 ? sizeOf[head]! : noHop;
});
