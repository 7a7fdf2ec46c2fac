import { lstatSync, unlinkSync } from "node:fs";
import { chmod, link, lstat, mkdtemp, rename, rm } from "node:fs/promises";
import { connect, type Server } from "node:net";
import { dirname, join } from "node:path";
import { RpcError } from "@rpc/core/transport";
import { invalidUrl, longestPath } from "./address.js";
import { bind } from "./bind.js";
import { inUse } from "./socket-errors.js";

/** The file of a listening unix socket. */
export interface SocketFile {
  /** Removes the file, unless it is another's by now. At once, since the process may end next. Safe to call twice. */
  remove(): void;
}

type FileError = Error & { readonly code?: string };

/**
 * Makes `server` listen at the socket file `path`, which only this user can open.
 *
 * A socket is born with the mode that the umask leaves. So it is born in a directory closed to others, gets its mode
 * there, and its name last. What a dead process left at `path` is taken over; anything else that is there stays.
 */
export async function bindSocketFile(server: Server, url: URL, path: string): Promise<SocketFile> {
  const nursery = await mkdtemp(`${dirname(path)}/.`);
  try {
    const born = join(nursery, "s");
    if (Buffer.byteLength(born) > longestPath) {
      throw invalidUrl(
        `directory of ${url.href} has too long a path; expected at most ${longestPath - 10} bytes`,
      );
    }
    await bind(server, { path: born });
    await chmod(born, 0o600);
    const { dev, ino } = await lstat(born);
    await publish(url, nursery, path);
    return { remove: () => removeOwn(path, { dev, ino }) };
  } finally {
    await rm(nursery, { recursive: true, force: true });
  }
}

// When two servers start at once, only one of them gets the name: a link never replaces.
async function publish(url: URL, nursery: string, path: string): Promise<void> {
  const born = join(nursery, "s");
  if (await giveName(born, path)) return;
  await removeStale(url, nursery, path);
  if (!(await giveName(born, path))) throw taken(inUse(url));
}

/** Returns false when the name is taken. */
async function giveName(born: string, path: string): Promise<boolean> {
  try {
    await link(born, path);
    return true;
  } catch (reason) {
    const { code } = reason as FileError;
    if (code === "EEXIST") return false;
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EOPNOTSUPP") throw reason;
  }
  // A file system without hard links.
  if ((await statOrNothing(path)) !== undefined) return false;
  await rename(born, path);
  return true;
}

async function removeStale(url: URL, nursery: string, path: string): Promise<void> {
  const found = await statOrNothing(path);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw taken(`${url.href} is taken by a file that is no socket; remove it or choose another path`);
  }
  if (await answers(path)) throw taken(inUse(url));
  // Since the look at it, another server that starts may have put its own file here. So it is moved first, looked at
  // again, and given back if it is not the stale one.
  const moved = join(nursery, "old");
  await rename(path, moved).catch(ignoreAbsence);
  const { ino } = (await statOrNothing(moved)) ?? found;
  if (ino === found.ino) return;
  await giveName(moved, path);
  throw taken(inUse(url));
}

/** Tells whether somebody accepts connections at the socket file. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = connect({ path });
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error: FileError) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") resolve(false);
      // So many wait to be accepted that the probe was turned away.
      else if (error.code === "EAGAIN") resolve(true);
      else reject(error);
    });
  });
}

function removeOwn(path: string, own: { readonly dev: number; readonly ino: number }): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.dev === own.dev && found.ino === own.ino) unlinkSync(path);
}

function taken(message: string): RpcError {
  return new RpcError("unavailable", message, { outcome: "not-executed" });
}

function statOrNothing(path: string) {
  return lstat(path).catch(ignoreAbsence);
}

function ignoreAbsence(reason: FileError): undefined {
  if (reason.code !== "ENOENT") throw reason;
}
