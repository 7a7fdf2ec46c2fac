/** Makes a typed array: of the memory of a buffer, or of a list of numbers or, for the two of 64 bits, bigints. */
export type TypedArrayConstructor = { readonly BYTES_PER_ELEMENT: number; readonly name: string } & (new (
  from: ArrayBuffer | readonly never[],
) => ArrayBufferView<ArrayBuffer>);

// Uint8Array is absent: it travels as a bin.
const constructors: readonly TypedArrayConstructor[] = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];
/** Typed arrays that travel as what they are, by name. */
export const typedArrayKinds: ReadonlyMap<string, TypedArrayConstructor> = new Map(
  constructors.map((make) => [make.name, make]),
);

// The getter that all typed arrays share; it looks inside and not at properties.
const kindGetter = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get!;

/** Returns what the view really is, such as "Float64Array", whatever its class says; undefined for a `DataView`. */
export function typedArrayKind(view: ArrayBufferView): string | undefined {
  return Reflect.apply(kindGetter, view, []) as string | undefined;
}
