/**
 * Builds a workspace package and what it needs, then runs one of its programs with the arguments that follow:
 * `node scripts/built.js @rpc/demo apps/demo/dist/main.js zmq`. A build that goes well says nothing,
 * but that it takes a while where it does.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const [name, program, ...args] = process.argv.slice(2);

const turbo = join(root, "node_modules/.bin/turbo");
const build = spawn(turbo, ["run", "build", `--filter=${name}...`, "--output-logs=errors-only"], {
  cwd: root,
  shell: process.platform === "win32",
});
let said = "";
for (const output of [build.stdout, build.stderr])
  output.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
// What was built before is there at once; the first time takes long enough to wonder.
const waiting = setTimeout(
  () => console.error(`building ${name} and what it needs; only what has changed is built the next time …`),
  1_000,
);
const [status] = await once(build, "close");
clearTimeout(waiting);
if (status !== 0) {
  console.error(`${said}\nthe build of ${name} failed, see above`);
  process.exit(1);
}

const child = spawn(process.execPath, [join(root, program), ...args], { stdio: "inherit" });
// Ctrl-C reaches the program too, as a member of the group: it ends in order, and this process after it.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 128);
});
