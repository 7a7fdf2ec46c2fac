import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";

const page = readFileSync(new URL("../../../docs/lesson.md", import.meta.url), "utf8");

describe("the lesson's other programs", () => {
  afterEach(() => vi.restoreAllMocks());

  it("answers many clients at once in upper case", async () => {
    expect(await outputOf(() => import("./lesson/upper-case.js"))).toEqual([
      "50 clients are connected at once",
      "49 answers, from HELLO 1 to HELLO 49",
      "AND NOW ME",
    ]);
  });

  it("publishes to the prefix A, from the first event on, and nothing else", async () => {
    expect(await outputOf(() => import("./lesson/prefix.js"))).toEqual([
      "AAPL 1: 1",
      "AMZN 1: 100",
      "AAPL 2: 2",
      "AMZN 2: 200",
      "AAPL 3: 3",
      "AMZN 3: 300",
    ]);
  });

  it("sends objects there and back as what they are", async () => {
    expect(await outputOf(() => import("./lesson/objects.js"))).toEqual([
      "小红, born in 2006, has the number 9007199254740993",
      "France until 2030-01-01",
      "a photo of 4 bytes: true",
      "invalid_argument: 小红 was not born yet",
    ]);
  });

  it.each(["upper-case", "prefix", "objects"])("shows %s.ts as it is in docs/lesson.md", (name) => {
    const program = readFileSync(new URL(`lesson/${name}.ts`, import.meta.url), "utf8");
    expect(page).toContain(`\`\`\`ts ${name}.ts\n${program}\`\`\`\n`);
  });
});

/** Runs a program, which begins when it is imported, and returns the lines it printed. */
async function outputOf(program: () => Promise<unknown>): Promise<string[]> {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await program();
  return log.mock.calls.map(([line]) => String(line));
}
