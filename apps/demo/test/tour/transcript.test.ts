import { RpcError } from "@rpc/core";
import { describe, expect, it } from "vitest";
import { createTranscript } from "../../src/tour/transcript.js";

function createPaper(isTTY: boolean) {
  const texts: string[] = [];
  return { isTTY, write: (text: string) => texts.push(text), text: () => texts.join("") };
}

async function write(isTTY: boolean, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const paper = createPaper(isTTY);
  const transcript = createTranscript(paper, env);
  transcript.title("Title");
  transcript.chapter("Chapter");
  await transcript.call("a.b()", Promise.resolve("小红"));
  await transcript.call("a.c()", Promise.resolve(undefined));
  await transcript.call("a.d()", Promise.resolve([1, 2, 3]), ({ length }) => length);
  transcript.heard("event");
  await transcript.refusal(
    "a.e()",
    Promise.reject(new RpcError("not_found", "no e", { outcome: "executed" })),
  );
  transcript.note("note");
  return paper.text();
}

describe("the transcript", () => {
  it("is plain text on a pipe", async () => {
    const lines = (await write(false)).split("\n").map((line) => line.replace(/ {3,}(?=\S)/, " … "));
    expect(lines).toEqual([
      "Title",
      "",
      "Chapter",
      "",
      '  a.b() … "小红"',
      "  a.c() … done",
      "  a.d() … 3",
      " … event",
      "  a.e() … RpcError: no e",
      " … code not_found, outcome executed",
      "  note",
      "",
    ]);
  });

  it("is coloured on a terminal, unless NO_COLOR says otherwise", async () => {
    const coloured = await write(true);
    expect(coloured).toContain("\x1b[1mTitle\x1b[0m");
    expect(await write(true, { NO_COLOR: "1" })).toBe(await write(false));
  });

  it("does not pass over a call that was to be refused and was not", async () => {
    const { refusal } = createTranscript(createPaper(false), {});
    await expect(refusal("a.b()", Promise.resolve(7))).rejects.toThrow(
      "a.b() was to be refused, and answered 7",
    );
    await expect(refusal("a.b()", Promise.reject(new Error("a bug")))).rejects.toThrow("a bug");
  });
});
