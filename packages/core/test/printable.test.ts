import { describe, expect, it } from "vitest";
import { longestLine, toPrintable } from "../src/printable.js";

describe("toPrintable", () => {
  it.each([
    ["a terminal's escape", "\u001b[2J\u001b]0;gone\u0007", "\\u{1b}[2J\\u{1b}]0;gone\\u{7}"],
    ["an 8-bit escape", "\u009b31m", "\\u{9b}31m"],
    ["a carriage return that overwrites the line", "refused\rwelcome", "refused\\u{d}welcome"],
    ["a tab, a null and a backspace", "a\tb\u0000c\b", "a\\u{9}b\\u{0}c\\u{8}"],
    ["text turned around", "user \u202egnp.exe\u202c", "user \\u{202e}gnp.exe\\u{202c}"],
    ["isolates and marks of direction", "\u2066a\u2069\u200f\u061c", "\\u{2066}a\\u{2069}\\u{200f}\\u{61c}"],
    ["what has no width", "ad\u200bmin\ufeff", "ad\\u{200b}min\\u{feff}"],
    ["separators of lines that are no \\n", "a\u2028b\u2029c\u0085d", "a\\u{2028}b\\u{2029}c\\u{85}d"],
    ["tags that no screen shows", "a\u{e0041}", "a\\u{e0041}"],
  ])("shows %s", (_, message, shown) => {
    expect(toPrintable(message)).toBe(shown);
  });

  it("lets no line of a peer pass for one of the log's own", () => {
    const forged = "bad symbol\nerror 2026-01-01 the server was closed";
    expect(toPrintable(forged)).toBe("bad symbol\n    error 2026-01-01 the server was closed");
  });

  it("leaves stacks and every language as they are", () => {
    const message = "failed: Error: 小红 naïve עברית العربية 🙂\n    at Desk.place (desk.ts:1:1)";
    expect(toPrintable(message)).toBe(message);
  });

  it("cuts what is too long, and says so", () => {
    const cut = toPrintable("x".repeat(1_000_000));
    expect(cut).toBe(`${"x".repeat(longestLine)}… (${1_000_000 - longestLine} more characters)`);
  });
});
