import { expect, test } from "vitest";
import { type Diagnostic, format } from "../src/index.js";

const finding: Diagnostic = {
  code: "RPC2001",
  severity: "error",
  message: "a symbol cannot cross the wire",
  mend: "Send a string.\nOr a number.",
  place: { file: "/project/src/person.ts", line: 14, column: 3, length: 6, source: "\t\tsymbol;" },
};

test("shows the place, the line, and how to mend it", () => {
  expect(format([finding], { root: "/project" })).toBe(
    "src/person.ts:14:3 - error RPC2001: a symbol cannot cross the wire\n" +
      "\n" +
      "14 | \t\tsymbol;\n" +
      "   | \t\t~~~~~~\n" +
      "\n" +
      "  Send a string.\n" +
      "  Or a number.\n",
  );
});

test("shows a finding about the whole project without a place", () => {
  const { place: _, ...whole } = finding;
  expect(format([whole], { root: "/project" })).toMatch(/^error RPC2001: a symbol/);
});

test("is empty for no findings", () => {
  expect(format([], { root: "/project" })).toBe("");
});

test("colors only when asked to", () => {
  expect(format([finding], { root: "/project" })).not.toContain("\u001b");
  expect(format([finding], { root: "/project", color: true })).toContain("\u001b[31merror\u001b[39m");
});
