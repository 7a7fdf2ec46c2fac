import { afterEach, describe, expect, it, vi } from "vitest";
import { hex } from "./value-bytes.js";

const valid = [
  "",
  "61",
  "c280",
  "dfbf",
  "e0a080",
  "ed9fbf",
  "ee8080",
  "efbfbf",
  "efbbbf",
  "f0908080",
  "f48fbfbf",
  "00",
];
const invalid = [
  "80",
  "bf",
  "c0af",
  "c1bf",
  "c2",
  "c241",
  "e08080",
  "e09fbf",
  "e0a0",
  "e0a041",
  "eda080",
  "edbfbf",
  "f0808080",
  "f08fbfbf",
  "f09080",
  "f0908041",
  "f4908080",
  "f5808080",
  "fe",
  "ff",
  "c3a9c3",
];
const long = 700;

// In Node the long way out of JavaScript is taken from certain lengths on; browsers do not have it.
describe.each([
  ["with node:buffer", true],
  ["without node:buffer, as in a browser", false],
])("UTF-8 %s", (_, native) => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.resetModules();
  });

  async function load() {
    vi.resetModules();
    if (!native) vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
    return import("../../src/wire/utf8.js");
  }

  it("tells valid from invalid, after text of every length", async () => {
    const { isUtf8 } = await load();
    for (const lead of [0, 1, 2, 3, 4, 5, 7, 8, 508, 509, 510, 511, 512, long]) {
      for (const [cases, expected] of [
        [valid, true],
        [invalid, false],
      ] as const) {
        for (const text of cases) {
          for (const tail of [0, 1, 4]) {
            // A sequence that is cut must not be completed by what lies behind.
            const bytes = Uint8Array.from([
              0xc1,
              ...Array(lead).fill(0x61),
              ...hex(text),
              ...Array(tail).fill(0x62),
              0x80,
              0x80,
              0x80,
            ]);
            const view = new DataView(bytes.buffer);
            expect(isUtf8(bytes, view, 1, bytes.length - 3), `${lead} ${text} ${tail}`).toBe(expected);
          }
        }
      }
    }
  });

  it("agrees with TextDecoder on every two bytes", async () => {
    const { isUtf8 } = await load();
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const bytes = new Uint8Array(4).fill(0xbf);
    const view = new DataView(bytes.buffer);
    for (let pair = 0; pair < 0x10000; pair++) {
      view.setUint16(0, pair);
      for (const end of [2, 4]) {
        let expected = true;
        try {
          decoder.decode(bytes.subarray(0, end));
        } catch {
          expected = false;
        }
        if (isUtf8(bytes, view, 0, end) !== expected)
          expect.fail(`${pair.toString(16)} of ${end}: expected ${expected}`);
      }
    }
  });

  it("writes and reads the same text", async () => {
    const { readUtf8, utf8Room, writeUtf8 } = await load();
    for (const piece of ["a", "é", "語", "\u{1f600}", "\ufeff", "a\u{10ffff}é"]) {
      for (const count of [0, 1, 3, 8, 23, 24, 48, 64, 65, 600, 17_000]) {
        const text = piece.repeat(count);
        const expected = new TextEncoder().encode(text);
        expect(utf8Room(text)).toBeGreaterThanOrEqual(expected.length);
        const bytes = new Uint8Array(2 + utf8Room(text));
        expect(writeUtf8(bytes, 2, text)).toBe(expected.length);
        expect(Buffer.compare(bytes.subarray(2, 2 + expected.length), expected)).toBe(0);
        expect(readUtf8(bytes, 2, 2 + expected.length) === text).toBe(true);
      }
    }
  });

  it("writes nothing that has a lone surrogate", async () => {
    const { utf8Room, writeUtf8 } = await load();
    for (const lone of ["\ud800", "\udfff", "\udc00\ud800", "a\ud83d", "\ude00é"]) {
      for (const lead of [0, 60, 20_000]) {
        const text = "x".repeat(lead) + lone + "x".repeat(lead);
        expect(writeUtf8(new Uint8Array(utf8Room(text) + 8), 0, text)).toBe(-1);
      }
    }
  });
});
