import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildChild } from "./build-child.js";

let built: string;
let folder: string;
let processes: ChildProcess[];

beforeAll(async () => {
  built = await buildChild("opener");
  folder = mkdtempSync(`${tmpdir()}/rpc-at-once-`);
  processes = Array.from({ length: 6 }, () => fork(`${built}/opener.js`));
  await Promise.all(processes.map(answer));
});

afterAll(() => {
  for (const process of processes) process.kill();
  for (const path of [built, folder]) rmSync(path, { recursive: true });
});

it("opens a new file for six processes that ask at once", async () => {
  // One in thirty gave up when it did not wait: a hundred files of six are enough to see it.
  for (let file = 0; file < 100; file += 1) {
    const answers = processes.map(answer);
    for (const process of processes) process.send(`${folder}/${file}.db`);
    expect(await Promise.all(answers)).toEqual(processes.map(() => "opened"));
  }
});

async function answer(process: ChildProcess): Promise<unknown> {
  return (await once(process, "message"))[0];
}
