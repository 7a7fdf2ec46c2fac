import { describe, expect, it } from "vitest";
import { framePacket, PacketDecoder } from "../src/framing.js";
import { packet } from "./pair.js";

const limit = 1 << 20;
const contents = ["a", "second packet", "x".repeat(300), "ü", "last"];
const stream = Buffer.concat(contents.map((content) => framePacket(packet(content))));

function decode(chunks: Uint8Array[], decoder = new PacketDecoder()): string[] {
  const found: string[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let next = decoder.next(limit); next; next = decoder.next(limit))
      found.push(String(Buffer.from(next)));
  }
  return found;
}

function claim(size: number): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(size);
  return prefix;
}

describe("framePacket", () => {
  it("puts the length into the headroom without a copy", () => {
    const content = packet("hello");
    const framed = framePacket(content);
    expect(framed.buffer).toBe(content.buffer);
    expect([...framed.subarray(0, 4)]).toEqual([0, 0, 0, 5]);
    expect(String(framed.subarray(4))).toBe("hello");
  });

  it("writes the length big-endian", () => {
    expect([...framePacket(packet(new Uint8Array(0x010203))).subarray(0, 4)]).toEqual([0, 1, 2, 3]);
  });

  it("copies a packet that has no headroom", () => {
    const content = Uint8Array.of(104, 105);
    expect([...framePacket(content)]).toEqual([0, 0, 0, 2, 104, 105]);
    expect([...content]).toEqual([104, 105]);
  });

  it("refuses a packet of no bytes", () => {
    expect(() => framePacket(packet(""))).toThrow(
      "packet of 0 bytes cannot be sent; expected 1 to 4294967295",
    );
  });
});

describe("PacketDecoder", () => {
  it("finds all packets of one chunk", () => {
    expect(decode([stream])).toEqual(contents);
  });

  it("finds them byte by byte", () => {
    expect(decode([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(contents);
  });

  it("finds them in every cut into two, and in every cut into three", () => {
    for (let first = 0; first <= stream.length; first += 1) {
      expect(decode([stream.subarray(0, first), stream.subarray(first)])).toEqual(contents);
      for (let second = first; second <= stream.length; second += 17) {
        const chunks = [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)];
        expect(decode(chunks)).toEqual(contents);
      }
    }
  });

  it("hands over a packet that is whole in its chunk as a view of it", () => {
    const decoder = new PacketDecoder();
    const chunk = framePacket(packet("whole"));
    decoder.push(chunk);
    expect(decoder.next(limit)?.buffer).toBe(chunk.buffer);
    expect(decoder.heldBytes).toBe(0);
  });

  it("tells whether a packet is under way, and how far", () => {
    const decoder = new PacketDecoder();
    expect(decoder.incomplete).toBe(false);
    decode([Uint8Array.of(0, 0)], decoder);
    expect(decoder.incomplete).toBe(true);
    expect(decoder.progress).toBe("2 of 4 bytes of its length");
    decode([Uint8Array.of(0, 3, 1)], decoder);
    expect(decoder.progress).toBe("1 of 3 bytes");
    decode([Uint8Array.of(2, 3)], decoder);
    expect(decoder.incomplete).toBe(false);
  });

  it("refuses a packet over the limit as soon as its length is known", () => {
    const decoder = new PacketDecoder();
    decoder.push(claim(20_971_520));
    expect(() => decoder.next(4_194_304)).toThrow("packet of 20971520 bytes exceeds 4194304");
    expect(decoder.heldBytes).toBe(0);
  });

  it.each([
    ["HTTP/1.1 400", "the peer speaks HTTP"],
    ["GET / HTTP/1.1", "the peer speaks HTTP"],
    ["SSH-2.0-OpenSSH", 'the peer speaks something else, it begins with "SSH-"'],
    ["\u0016\u0003\u0001\u0002\u0000", "the peer speaks TLS"],
    ["\u00ff\u0000\u0000\u0000\u0000", "the peer speaks ZeroMQ"],
  ])("says who comes with %j instead of a length", (bytes, words) => {
    const decoder = new PacketDecoder();
    decoder.push(Buffer.from(bytes, "latin1"));
    expect(() => decoder.next(4_194_304)).toThrow(new RangeError(words));
  });

  it("takes a packet of exactly the limit, and the limit may change between two packets of a chunk", () => {
    const decoder = new PacketDecoder();
    decoder.push(Buffer.concat([framePacket(packet("abc")), framePacket(packet("abcdef"))]));
    expect(decoder.next(3)?.length).toBe(3);
    expect(decoder.next(6)?.length).toBe(6);
  });

  it("reads a length above 2^31 as what it is", () => {
    const decoder = new PacketDecoder();
    decoder.push(claim(0xffffffff));
    expect(() => decoder.next(limit)).toThrow("packet of 4294967295 bytes exceeds 1048576");
  });

  it("refuses a packet of no bytes", () => {
    const decoder = new PacketDecoder();
    decoder.push(claim(0));
    expect(() => decoder.next(limit)).toThrow("packet of 0 bytes; the smallest has 1");
  });

  it("holds memory for what came, not for what is claimed", () => {
    const decoder = new PacketDecoder();
    decoder.push(Buffer.concat([claim(limit), new Uint8Array(10)]));
    expect(decoder.next(limit)).toBeUndefined();
    expect(decoder.heldBytes).toBeLessThanOrEqual(4096);
    decoder.push(new Uint8Array(10_000));
    expect(decoder.next(limit)).toBeUndefined();
    expect(decoder.heldBytes).toBeLessThanOrEqual(4 * 10_010);
  });

  it("uses its memory again, and gives it back when told to, but never that of an incomplete packet", () => {
    const decoder = new PacketDecoder();
    const framed = framePacket(packet("y".repeat(5000)));
    decode([framed.subarray(0, 4000), framed.subarray(4000)], decoder);
    const held = decoder.heldBytes;
    expect(held).toBeGreaterThan(0);
    decode([framed.subarray(0, 4000)], decoder);
    decoder.release();
    expect(decoder.heldBytes).toBe(held);
    expect(decode([framed.subarray(4000)], decoder)).toEqual(["y".repeat(5000)]);
    decoder.release();
    expect(decoder.heldBytes).toBe(0);
  });

  it("refuses a chunk while the last one is not taken", () => {
    const decoder = new PacketDecoder();
    decoder.push(stream);
    expect(() => decoder.push(stream)).toThrow(`${stream.length} bytes of the last chunk are not taken yet`);
  });
});
