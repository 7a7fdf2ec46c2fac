import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Peer } from "./peer.js";

/** A folder with a package.json and a lockfile of its own, so that the workspace installs none of it. */
const folder = fileURLToPath(new URL("../peers/", import.meta.url));

const python = "/usr/bin/python3";

/** What a peer needs beside npm packages: a command that goes well when it is there, and what to do when not. */
interface Need {
  readonly command: readonly [string, ...string[]];
  readonly remedy: string;
}

const needs: Readonly<Record<string, Need | undefined>> = {
  "raw-zmq": undefined,
  "raw-zmq-batched": undefined,
  "raw-ws": undefined,
  grpc: undefined,
  nestjs: undefined,
  trpc: undefined,
  birpc: undefined,
  capnweb: undefined,
  nats: { command: ["nats-server", "--version"], remedy: "apt-get install nats-server" },
  pyzmq: { command: [python, "-c", "import zmq"], remedy: "apt-get install python3-zmq" },
};

/** Names of the peers from outside. */
export const outsidePeers: readonly string[] = Object.keys(needs);

/** Loads a peer from outside. It has to be installed. */
export async function loadOutside(name: string): Promise<Peer> {
  return ((await import(`../peers/${name}.js`)) as { peer: Peer }).peer;
}

/** The program of a half that is not written for Node. */
export function foreignHalf(name: string): readonly string[] | undefined {
  return name === "pyzmq" ? [python, `${folder}pyzmq.py`] : undefined;
}

/**
 * Installs what the peers of a run need, once, without install scripts. Returns the peers that can be measured, and says
 * which cannot and what to do about it.
 */
export function installOutside(names: readonly string[]): readonly string[] {
  const there = names.filter((name) => {
    const need = needs[name];
    if (need === undefined || succeeds(need.command)) return true;
    console.log(`${name} is left out: ${need.command[0]} is not here; ${need.remedy}`);
    return false;
  });
  if (there.some((name) => outsidePeers.includes(name)) && !upToDate()) install();
  return there;
}

function upToDate(): boolean {
  const installed = `${folder}node_modules/.package-lock.json`;
  return (
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${folder}package-lock.json`).mtimeMs
  );
}

function install(): void {
  console.log(`installing the peers in ${folder}`);
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm ci in ${folder} failed, see above`);
}

function succeeds([command, ...args]: readonly [string, ...string[]]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}
