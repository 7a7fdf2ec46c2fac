import { describe, expect, it } from "vitest";
import { distance, headerBytes, readHeader, writeHeader } from "../../src/wire/packet.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";

function view(bytes = headerBytes): DataView {
  return new DataView(new ArrayBuffer(bytes));
}

describe("a packet's header", () => {
  it.each([
    { numbered: true, number: 1, acknowledged: 0, sentAt: 0 },
    { numbered: false, number: 0xffff_ffff, acknowledged: 0xffff_fffe, sentAt: 0xffff_fffd },
  ])("reads as it was written: %o", (header) => {
    const bytes = view();
    writeHeader(bytes, 0, header);
    expect(readHeader(new Uint8Array(bytes.buffer))).toEqual(header);
  });

  it("is laid out in network order", () => {
    const bytes = view();
    writeHeader(bytes, 0, { numbered: true, number: 1, acknowledged: 2, sentAt: 258 });
    expect([...new Uint8Array(bytes.buffer)]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 1, 2]);
  });

  it("is refused when it is cut short or of an unknown kind", () => {
    expect(() => readHeader(new Uint8Array(12))).toThrow(
      new ProtocolError("packet of 12 bytes has no header"),
    );
    const bytes = view();
    bytes.setUint8(0, 2);
    expect(() => readHeader(new Uint8Array(bytes.buffer))).toThrow(
      new ProtocolError("packet of unknown kind 2"),
    );
  });
});

describe("distance", () => {
  it.each([
    [5, 3, 2],
    [3, 5, -2],
    [0, 0xffff_ffff, 1],
    [0xffff_ffff, 0, -1],
    [1, 0xffff_fffe, 3],
    [7, 7, 0],
  ])("from %i back to %i is %i, also across the wrap", (number, other, expected) => {
    expect(distance(number, other)).toBe(expected);
  });
});
