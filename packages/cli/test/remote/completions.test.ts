import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { build, run } from "./run.js";
import { contract, openShop } from "./shop.js";

/** Runs a test with a real shell; skips it by name where it or what it needs is missing, and fails in CI. */
function testWith(programs: string, name: string, body: () => Promise<void>): void {
  const missing = programs.split(" ").find((program) => spawnSync(program, ["--version"]).status !== 0);
  if (missing === undefined) test(name, body);
  else if (process.env["CI"]) test(`${name}: needs ${missing}`, () => expect(missing).toBe("installed"));
  else test.skip(`${name}: ${missing} is not installed`, () => {});
}

async function ask(
  shell: string,
  args: readonly string[],
  script: (completions: string) => string,
): Promise<string> {
  const { out, exitCode } = await run(["completions", shell]);
  expect(exitCode).toBe(0);
  // The server that it asks runs here, so it must not be waited for in one piece.
  const { stdout, stderr } = await promisify(execFile)(shell, [...args, "-c", script(out)], {
    timeout: 20_000,
  });
  expect(stderr).toBe("");
  return stdout;
}

const bin = fileURLToPath(new URL("../../dist/bin.js", import.meta.url));
const command = `'${process.execPath}' '${bin}'`;

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rpc-completions-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Types lines into a bash that believes that it has a terminal; returns what `rpc` was called with in the end. */
async function typeIntoBash(lines: readonly string[]): Promise<string[]> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "completions"), (await run(["completions", "bash"])).out);
  writeFileSync(
    join(folder, "rpc"),
    `#!/bin/sh\nif [ "$1" = complete ]; then exec ${command} "$@"; fi\nprintf 'told:%s\\n' "$*"\n`,
    { mode: 0o755 },
  );
  const bash = spawn("script", ["-qec", "bash --noprofile --norc -i", "/dev/null"], {
    cwd: dirname(dirname(bin)),
    env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}`, PS1: "", HISTFILE: "" },
  });
  onTestFinished(() => void bash.kill("SIGKILL"));
  let said = "";
  bash.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const until = (pattern: RegExp) =>
    expect.poll(() => said, { timeout: 20_000, interval: 20 }).toMatch(pattern);
  bash.stdin.write(`source ${folder}/completions; echo rea""dy\n`);
  await until(/^ready/m);
  const told: string[] = [];
  for (const line of lines) {
    said = "";
    bash.stdin.write(`${line}\n`);
    await until(/^told:.*\r\n/m);
    told.push(/^told:(.*?)\s*\r\n/m.exec(said)![1]!);
  }
  return told;
}

/** Types lines into a zsh in a terminal of its own, where completion runs, and the tab key after each; returns what it showed. */
function typeIntoZsh(lines: readonly string[]): Promise<string> {
  const folder = temporaryFolder();
  // What was completed is told by a function.
  const rpc = `rpc() { if [[ $1 == complete ]]; then ${command} "$@"; else print "to""ld $* en""d"; fi }`;
  const typed = lines.map(
    (line) => `zpty -n -w shell $'${line}\\t\\n'
zpty -r -m shell text '*told*end*'
print -r -- "$text"`,
  );
  return ask("zsh", ["-f"], (completions) => {
    writeFileSync(join(folder, "_rpc"), completions);
    return `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=""; autoload -U compinit; compinit -D -u; source ${folder}/_rpc'
zpty -w shell '${rpc}; print rea""dy'
zpty -r -m shell text '*ready*'
${typed.join("\n")}
zpty -d shell
`;
  });
}

beforeAll(build, 120_000);

describe("rpc completions", () => {
  testWith("bash script", "bash completes commands and options, and the names of a server", async () => {
    const { url } = await openShop();
    const said = await typeIntoBash([
      "rpc recor\t",
      "rpc sub --cou\t",
      `rpc call ${url} Shop.ec\t`,
      `rpc sub --timeout 5s ${url} Shop.sal\t`,
      `rpc call ${url} Shop.echo package.js\t`,
    ]);
    expect(said).toEqual([
      "record",
      "sub --count",
      `call ${url} Shop.echo`,
      `sub --timeout 5s ${url} Shop.sales`,
      `call ${url} Shop.echo package.json`,
    ]);
  });

  testWith("fish", "fish completes the names of a server", async () => {
    const { url } = await openShop();
    const said = await ask(
      "fish",
      ["--no-config"],
      (completions) => `${completions}
function rpc; ${command} $argv; end
complete -C "rpc call ${url} Shop.o"
echo and
complete -C "rpc health --timeout 5s ${url} "
echo and
complete -C "rpc call ${url} Shop.order package.j"
`,
    );
    expect(said).toBe("Shop.order\tOrders an article.\nand\nShop\tSells things.\nand\npackage.json\n");
  });

  testWith("zsh", "zsh completes commands and options, and the names of a server", async () => {
    const { url } = await openShop();
    const said = await typeIntoZsh([
      "rpc recor",
      "rpc sub --cou",
      `rpc call ${url} Shop.ec`,
      `rpc sub --timeout 5s ${url} Shop.sal`,
    ]);
    expect(said).toMatch(/told record +end/);
    expect(said).toMatch(/told sub --count +end/);
    expect(said).toMatch(/told call \S+ Shop\.echo +end/);
    expect(said).toMatch(/told sub --timeout 5s \S+ Shop\.sales +end/);
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

  test("names that a shell would take for something else are not offered", async () => {
    const { wait } = contract.services["Shop"]!.members;
    const members = { "$(touch x)": wait, "a;b": wait, "a b": wait, ok: wait };
    const hostile = { ...contract, services: { Shop: { hash: "x", members } } };
    const { url } = await openShop({
      interceptors: [
        async (call, next) => (call.method === "describe" ? JSON.stringify(hostile) : next(call)),
      ],
    });
    expect((await run(["complete", "--", "call", url, ""])).out).toBe("Shop.ok\tok(): void\n");
  });

  test.each(["tcp://127.0.0.1:1", "nonsense"])("nothing is said when %s does not answer", async (url) => {
    expect(await run(["complete", "--", "call", url, ""])).toEqual({ exitCode: 0, out: "", err: "" });
  });

  test("a server that never answers is not waited for", async () => {
    const silent = createServer((socket) => socket.on("error", () => {}));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close());
    const url = `tcp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const started = performance.now();
    expect((await run(["complete", "--", "call", url, ""])).out).toBe("");
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  test.each([
    [["call"], ""],
    [["call", "URL"], ""],
    [["call", "URL", "Shop.echo", ""], ""],
    [["call", "URL", "--t"], ""],
    [["call", "--timeout", "URL", ""], ""],
    [["sub", "URL", "Shop.s"], "Shop.sales\tsales: Event<Sale>\n"],
    [["call", "URL", "Shop.s"], "Shop.sum\tsum(numbers: AsyncIterable<number>): number\n"],
    [["describe", "URL", "Sho"], expect.stringMatching(/^Shop\tSells things\.\nShop\.ask\t/)],
  ])("asked for %j", async (words, told) => {
    const { url } = await openShop();
    const typed = words.map((word) => (word === "URL" ? url : word));
    expect((await run(["complete", "--", ...typed])).out).toEqual(told);
  });

  test("another shell is refused", async () => {
    expect(await run(["completions", "zssh"])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("expected a shell, bash, zsh, fish; got zssh; did you mean zsh?"),
    });
  });
});
