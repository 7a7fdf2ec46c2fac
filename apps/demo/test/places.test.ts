import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { createPlace, readUrl } from "../src/places.js";

describe("places", () => {
  it.each([
    ["tcp", "tcp://127.0.0.1:0"],
    ["zmq", "zmq://127.0.0.1:0"],
    ["memory", "memory:demo"],
  ] as const)("over %s need nothing on the disk", async (name, url) => {
    const place = await createPlace(name);
    expect(place.url).toBe(url);
    await place.remove();
  });

  it("over unix sockets have a folder each, until they are removed", async () => {
    const [one, other] = [await createPlace("unix"), await createPlace("unix")];
    expect(one.url).not.toBe(other.url);
    for (const place of [one, other]) {
      const folder = dirname(decodeURIComponent(new URL(place.url).pathname));
      expect(existsSync(folder)).toBe(true);
      await place.remove();
      expect(existsSync(folder)).toBe(false);
    }
  });

  it("come from RPC_URL, or are the usual one", () => {
    expect(readUrl({ RPC_URL: "zmq://127.0.0.1:1" })).toBe("zmq://127.0.0.1:1");
    expect(readUrl({})).toBe("tcp://127.0.0.1:7000");
  });

  it("cannot be memory for two processes", () => {
    expect(() => readUrl({ RPC_URL: "memory:x" })).toThrow(
      "memory:x stays inside one process: run demo memory, or give RPC_URL as tcp://, ws://, unix: or zmq://",
    );
  });
});
