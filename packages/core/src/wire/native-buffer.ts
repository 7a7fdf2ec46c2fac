/** What `node:buffer` does faster than JavaScript, where there is one. */
interface NativeBuffer {
  isAscii(bytes: Uint8Array): boolean;
  isUtf8(bytes: Uint8Array): boolean;
  byteLength(text: string): number;
  readonly utf8Slice: (this: Uint8Array, start: number, end: number) => string;
  readonly utf8Write: (this: Uint8Array, text: string, start: number, length: number) => number;
}

interface BufferModule {
  isAscii(bytes: Uint8Array): boolean;
  isUtf8(bytes: Uint8Array): boolean;
  readonly Buffer: { byteLength(text: string): number; readonly prototype: NativeBuffer };
}

interface Host {
  readonly process?: { getBuiltinModule?(name: string): BufferModule | undefined };
}

/** Undefined in browsers. Asked for by name and not imported, so that bundles for browsers stay free of it. */
export const nativeBuffer: NativeBuffer | undefined = findNativeBuffer();

function findNativeBuffer(): NativeBuffer | undefined {
  const found = (globalThis as Host).process?.getBuiltinModule?.("node:buffer");
  if (found === undefined) return undefined;
  const { isAscii, isUtf8, Buffer } = found;
  const { utf8Slice, utf8Write } = Buffer.prototype;
  const native = { isAscii, isUtf8, byteLength: Buffer.byteLength, utf8Slice, utf8Write };
  return isFit(native) ? native : undefined;
}

// The last two are methods of Buffer that Node does not document: used only if they take any Uint8Array.
function isFit(native: NativeBuffer): boolean {
  try {
    const bytes = new Uint8Array(4);
    const written = native.utf8Write.call(bytes, "é", 1, 3);
    return (
      written === 2 &&
      native.utf8Slice.call(bytes, 1, 3) === "é" &&
      native.isUtf8(bytes) &&
      native.byteLength("é") === 2
    );
  } catch {
    return false;
  }
}
