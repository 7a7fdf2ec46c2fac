import { deepest } from "../limit-bounds.js";
import { mapCode, setCode } from "./extension-codes.js";
import { checkExtension } from "./extensions.js";
import {
  arrayKind,
  extensionKind,
  kindOf,
  mapKind,
  scalarKind,
  sizeOf,
  stringKind,
  unusedKind,
  widthOf,
} from "./heads.js";
import { areKeysSpread, harmlessKeys } from "./key-spread.js";
import { ProtocolError } from "./protocol-error.js";
import { readLength } from "./read-length.js";
import { isUtf8 } from "./utf8.js";
import { readKeys } from "./value-reader.js";

/** How much one value may hold. */
export interface ScanLimits {
  /** Containers inside each other: arrays, objects, maps and sets. Never more than 512, whatever is said here. */
  readonly maxDepth: number;
  /** Values in all, keys of objects not counted. */
  readonly maxNodes: number;
}

// What the container being scanned holds.
const elements = 0;
const objectEntries = 1;
const mapEntries = 2;
const setElements = 3;

// The containers around it. One set is enough: a scan calls nothing that could start another.
const outerLeft = new Uint32Array(deepest + 2);
const outerMode = new Uint8Array(deepest + 2);
const firstElement = new Uint32Array(deepest + 2);
const elementCount = new Uint32Array(deepest + 2);
const payloadEnd = new Uint32Array(deepest + 2);

/**
 * Checks the one MessagePack value that starts at `start`; returns where it ends.
 *
 * One pass without recursion and without allocation. Whatever passes decodes without throwing, into memory in proportion
 * to its bytes and in time in proportion to them. `view` covers exactly `bytes`. Nothing at or past `end` is read.
 * It is one long function so that its state stays in local variables.
 *
 * @throws ProtocolError
 */
export function scanValue(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  limits: ScanLimits,
): number {
  const maxDepth = Math.min(limits.maxDepth, deepest);
  const maxNodes = limits.maxNodes;
  let at = start;
  let nodes = 1;
  let depth = 0;
  let mode = elements;
  let left = 1;
  for (;;) {
    while (left === 0) {
      if (depth === 0) return at;
      if (mode >= mapEntries) checkCollection(bytes, depth, mode, at);
      left = outerLeft[depth]!;
      mode = outerMode[depth]!;
      depth--;
    }
    left--;
    if (mode === objectEntries) at = scanKey(bytes, view, at, end);
    if (at >= end) throw cutShort(at, 1, end);
    const head = bytes[at++]!;
    if (head < 0x80 || head >= 0xe0) continue;
    const kind = kindOf[head]!;
    if (kind === scalarKind) {
      at += sizeOf[head]!;
      if (at > end) throw cutShort(at - sizeOf[head]!, sizeOf[head]!, end);
      continue;
    }
    const width = widthOf[head]!;
    let size = width === 0 ? sizeOf[head]! : lengthAt(bytes, at, width, end);
    at += width;
    let inside = elements;
    if (kind === stringKind) {
      if (size > end - at) throw cutShort(at, size, end);
      if (!isUtf8(bytes, view, at, at + size)) throw new ProtocolError(`string at byte ${at} is not UTF-8`);
      at += size;
      continue;
    } else if (kind === mapKind) {
      if (2 * size > end - at) throw cutShort(at, 2 * size, end);
      inside = objectEntries;
    } else if (kind === arrayKind) {
      if (size > end - at) throw cutShort(at, size, end);
    } else if (kind === extensionKind) {
      if (size >= end - at) throw cutShort(at, size + 1, end);
      const code = bytes[at++]!;
      if (code !== mapCode && code !== setCode) {
        checkExtension(code, bytes, at, at + size);
        at += size;
        continue;
      }
      inside = code === mapCode ? mapEntries : setElements;
      const payload = at + size;
      size = scanArrayHead(bytes, at, payload, inside);
      // One deeper than may be: too deep a map is refused below, after its claims.
      payloadEnd[depth + 1] = payload;
      at += 1 + widthOf[bytes[at]!]!;
    } else {
      if (kind === unusedKind) {
        throw new ProtocolError(`byte 0xc1 at ${at - 1}, which MessagePack never uses`);
      }
      if (size > end - at) throw cutShort(at, size, end);
      at += size;
      continue;
    }
    nodes += size;
    if (nodes > maxNodes) throw new ProtocolError(`more than maxNodes ${maxNodes} values`);
    if (depth >= maxDepth) throw new ProtocolError(`nests deeper than maxDepth ${maxDepth}`);
    depth++;
    outerLeft[depth] = left;
    outerMode[depth] = mode;
    firstElement[depth] = at;
    elementCount[depth] = size;
    left = size;
    mode = inside;
  }
}

// A key of an object: a string, and not the one name that would set a prototype instead of a property.
function scanKey(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  if (start >= end) throw cutShort(start, 1, end);
  const head = bytes[start]!;
  if (kindOf[head] !== stringKind) {
    throw new ProtocolError(
      `expected a string as the key at byte ${start}, got 0x${head.toString(16).padStart(2, "0")}`,
    );
  }
  const width = widthOf[head]!;
  const size = width === 0 ? sizeOf[head]! : lengthAt(bytes, start + 1, width, end);
  const at = start + 1 + width;
  if (size > end - at) throw cutShort(at, size, end);
  if (size === 9 && bytes[at] === 0x5f && bytes[at + 8] === 0x5f && isProto(bytes, at)) {
    throw new ProtocolError(`key __proto__ at byte ${start}`);
  }
  if (!isUtf8(bytes, view, at, at + size)) throw new ProtocolError(`key at byte ${at} is not UTF-8`);
  return at + size;
}

function isProto(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < 9; index++)
    if (bytes[at + index] !== "__proto__".charCodeAt(index)) return false;
  return true;
}

// The payload of a map or set, from its first byte: one array, in a map an even number of elements.
function scanArrayHead(bytes: Uint8Array, at: number, end: number, inside: number): number {
  const head = at < end ? bytes[at]! : 0;
  if (kindOf[head] !== arrayKind) throw new ProtocolError(`expected an array as the payload at byte ${at}`);
  const width = widthOf[head]!;
  const size = width === 0 ? sizeOf[head]! : lengthAt(bytes, at + 1, width, end);
  if (size > end - at - 1 - width) throw cutShort(at + 1 + width, size, end);
  if (inside === mapEntries && size % 2 !== 0) {
    throw new ProtocolError(`expected keys and values by turns, got ${size} elements`);
  }
  return size;
}

function checkCollection(bytes: Uint8Array, depth: number, mode: number, at: number): void {
  if (at !== payloadEnd[depth]) {
    throw new ProtocolError(`expected a payload to end at byte ${payloadEnd[depth]}, and it ended at ${at}`);
  }
  const step = mode === mapEntries ? 2 : 1;
  if (elementCount[depth]! / step <= harmlessKeys) return;
  if (!areKeysSpread(readKeys(bytes, firstElement[depth]!, elementCount[depth]!, step))) {
    throw new ProtocolError("number keys chosen to fall into one bucket");
  }
}

function lengthAt(bytes: Uint8Array, at: number, width: number, end: number): number {
  if (width > end - at) throw cutShort(at, width, end);
  return readLength(bytes, at, width);
}

function cutShort(at: number, needed: number, end: number): ProtocolError {
  return new ProtocolError(`expected at least ${needed} bytes at byte ${at}, got ${end - at}`);
}
