import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { toHex } from "../src/hex.js";
import { sha256 } from "../src/sha256.js";

describe("SHA-256 written out", () => {
  it("is what node:crypto says at every length around its blocks", () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256);
      expect(toHex(sha256(bytes))).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
  });
});
