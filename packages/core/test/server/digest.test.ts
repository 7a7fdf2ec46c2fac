import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { digest } from "../../src/server/digest.js";

describe("a digest", () => {
  it("is SHA-256 at every length around its blocks", () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256);
      expect(digest(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
  });
});
