/**
 * The extension codes that may travel; every other is refused.
 *
 * The payload of each is one MessagePack value and nothing else, so that a reader which does not know a code can still
 * look inside. MessagePack's own timestamp is the exception: that standard fixes its payload.
 */

/** A `Map`. Payload: one array, key and value by turns. */
export const mapCode = 1;
/** A `Set`. Payload: one array. */
export const setCode = 2;
/** A bigint. Payload: a bin of a sign byte (0 or 1) and the magnitude, big-endian. */
export const bigintCode = 3;
/** `undefined`. Payload: nil. */
export const undefinedCode = 4;
/** A typed array. Payload: `[kind, bin]`, kind such as "Float64Array", the bin little-endian. */
export const typedArrayCode = 5;
/** A `Date`: MessagePack's timestamp, code -1. */
export const timestampCode = 0xff;
