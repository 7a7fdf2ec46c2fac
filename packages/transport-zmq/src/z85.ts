const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
const valueOfDigit = new Map([...digits].map((digit, value) => [digit, value]));

/** Whether `text` is a CURVE key as ZeroMQ writes them: 32 bytes in Z85, 40 characters. */
export function isCurveKey(text: string): boolean {
  return text.length === 40 && decode(text) !== undefined;
}

/** Returns the 32 bytes of a key. Only for what `isCurveKey` is true for. */
export function decodeKey(text: string): Buffer {
  const bytes = decode(text);
  if (bytes === undefined) throw new TypeError("a CURVE key must be 40 characters of Z85");
  return bytes;
}

/** Returns 32 bytes as the 40 characters that ZeroMQ writes for them. */
export function encodeKey(bytes: Uint8Array): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let text = "";
  for (let at = 0; at < view.length; at += 4) {
    let value = view.readUInt32BE(at);
    let group = "";
    for (let place = 0; place < 5; place += 1) {
      group = digits[value % 85] + group;
      value = Math.floor(value / 85);
    }
    text += group;
  }
  return text;
}

// Nothing for other characters, and for five that stand for more than four bytes hold.
function decode(text: string): Buffer | undefined {
  const bytes = Buffer.alloc((text.length / 5) * 4);
  for (let group = 0; group * 5 < text.length; group += 1) {
    let value = 0;
    for (const digit of text.slice(group * 5, group * 5 + 5))
      value = value * 85 + (valueOfDigit.get(digit) ?? Number.NaN);
    if (!(value <= 0xffffffff)) return undefined;
    bytes.writeUInt32BE(value, group * 4);
  }
  return bytes;
}
