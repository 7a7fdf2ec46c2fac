import { describe, expect, it } from "vitest";
import { Block } from "../../src/session/block-pool.js";
import { SendBudget } from "../../src/session/send-budget.js";
import { type KeptPacket, SendBuffer } from "../../src/session/send-buffer.js";

function packet(number: number, bytes: number, eventBytes = 0, block = new Block(1024)): KeptPacket {
  return { number, bytes: new Uint8Array(bytes), eventBytes, block };
}

function filled(first: number, count: number, freed: (block: Block) => void = () => {}): SendBuffer {
  const buffer = new SendBuffer(new SendBudget(1024), { freed });
  for (let index = 0; index < count; index++) buffer.add(packet((first + index) >>> 0, 10, index));
  return buffer;
}

function numbers(buffer: SendBuffer): number[] {
  const taken: number[] = [];
  for (let packet = buffer.take(); packet !== undefined; packet = buffer.take()) taken.push(packet.number);
  return taken;
}

describe("a send buffer", () => {
  it("gives each packet once to a connection, in order", () => {
    const buffer = filled(1, 3);
    expect(numbers(buffer)).toEqual([1, 2, 3]);
    expect(numbers(buffer)).toEqual([]);
    buffer.add(packet(4, 1));
    expect(numbers(buffer)).toEqual([4]);
  });

  it("gives what is left to the next connection", () => {
    const buffer = filled(1, 4);
    numbers(buffer);
    buffer.acknowledge(2);
    buffer.rewind();
    expect(numbers(buffer)).toEqual([3, 4]);
  });

  it("counts bytes, of events and in all", () => {
    const buffer = filled(1, 3);
    expect([buffer.size, buffer.bytes, buffer.eventBytes]).toEqual([3, 30, 3]);
    buffer.acknowledge(2);
    expect([buffer.size, buffer.bytes, buffer.eventBytes]).toEqual([1, 10, 2]);
    buffer.clear();
    expect([buffer.size, buffer.bytes, buffer.eventBytes]).toEqual([0, 0, 0]);
    expect(buffer.take()).toBeUndefined();
  });

  it("goes on where it was when something before is acknowledged", () => {
    const buffer = filled(1, 4);
    buffer.take();
    buffer.take();
    buffer.acknowledge(1);
    expect(numbers(buffer)).toEqual([3, 4]);
  });

  it("takes an acknowledgement of what it never gave to this connection", () => {
    const buffer = filled(1, 3);
    buffer.take();
    buffer.acknowledge(2);
    expect(numbers(buffer)).toEqual([3]);
  });

  it("lets go across the wrap of packet numbers", () => {
    const buffer = filled(2 ** 32 - 2, 4);
    buffer.acknowledge(0);
    expect(numbers(buffer)).toEqual([1]);
  });

  it("ignores an old acknowledgement", () => {
    const buffer = filled(5, 2);
    buffer.acknowledge(3);
    expect(buffer.size).toBe(2);
  });
});
