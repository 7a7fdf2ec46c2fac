import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { run } from "./run.js";

/** Runs a test with a real shell; skips it by name where there is none, and fails in CI. */
function testWith(shell: string, name: string, body: () => Promise<void>): void {
  const missing = spawnSync(shell, ["--version"]).status !== 0;
  if (!missing) test(name, body);
  else if (process.env["CI"]) test(`${name}: needs ${shell}`, () => expect(shell).toBe("installed"));
  else test.skip(`${name}: ${shell} is not installed`, () => {});
}

async function ask(
  shell: string,
  args: readonly string[],
  script: (completions: string) => string,
): Promise<string> {
  const { out, exitCode } = await run(["completions", shell]);
  expect(exitCode).toBe(0);
  const { stdout, stderr } = spawnSync(shell, [...args, "-c", script(out)], {
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(stderr).toBe("");
  return stdout;
}

describe("rpc completions", () => {
  testWith("bash", "bash completes commands and options", async () => {
    const said = await ask(
      "bash",
      ["--norc"],
      (completions) => `${completions}
press() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rpc; echo "\${COMPREPLY[@]}"; }
press rpc re
press rpc sub --co
`,
    );
    expect(said).toBe("record replay\n--count\n");
  });

  testWith("fish", "fish completes commands and options", async () => {
    const said = await ask(
      "fish",
      ["--no-config"],
      (completions) => `${completions}
complete -C "rpc re"
complete -C "rpc sub --cou"
`,
    );
    expect(said.split("\n")).toEqual(
      expect.arrayContaining([
        "record\tWrites what an event tells to a file, for rpc replay.",
        "replay\tServes the event of a recording, under its own name, as it came.",
        "--count\tend after so many",
      ]),
    );
  });

  testWith("zsh", "zsh completes commands and options", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rpc-zsh-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    // A terminal of its own: completion runs inside the line editor only. What was completed is told by a function.
    const said = await ask("zsh", ["-f"], (completions) => {
      writeFileSync(join(folder, "_rpc"), completions);
      return `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=""; autoload -U compinit; compinit -D -u; source ${folder}/_rpc; rpc() { print "to""ld:$*:" }; print rea""dy'
zpty -r -m shell text '*ready*'
zpty -n -w shell $'rpc recor\\t\\n'
zpty -r -m shell text '*told:*:*'
print -r -- "$text"
zpty -n -w shell $'rpc sub --cou\\t\\n'
zpty -r -m shell text '*told:*:*'
print -r -- "$text"
zpty -d shell
`;
    });
    expect(said).toMatch(/told:record ?:/);
    expect(said).toMatch(/told:sub --count ?:/);
  });

  test("another shell is refused", async () => {
    expect(await run(["completions", "zssh"])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("expected a shell, bash, zsh, fish; got zssh; did you mean zsh?"),
    });
  });
});
