import { chmod, lstat, mkdtemp, rename, rm } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { RpcError } from "@rpc/core/transport";
import type { Publisher, Router } from "zeromq";

/** A socket file that is listened on. */
export interface SocketFile {
  /** Removes the file, unless another listener has taken the path over. Safe to call twice. */
  remove(): Promise<void>;
}

/**
 * Binds a socket to a file that only its owner may open, taking over a stale one.
 *
 * libzmq would delete whatever is at the path, a live listener's file too, and create its own open to everybody. So the
 * socket is bound in a private directory beside it, closed to others, and moved into place in one step.
 */
export async function bindSocketFile(socket: Router | Publisher, path: string): Promise<SocketFile> {
  await checkFree(path);
  const directory = await mkdtemp(`${path}.`).catch((error: Error) => {
    throw unavailable(`cannot listen in ${dirname(path)}: ${error.message}`, error);
  });
  try {
    const hidden = `${directory}/s`;
    await socket.bind(`ipc://${hidden}`);
    await chmod(hidden, 0o600);
    const { ino } = await lstat(hidden);
    await rename(hidden, path);
    return { remove: () => removeOwn(path, ino) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function checkFree(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw unavailable(`${path} is there already and is not a socket`);
  if (await answers(path)) throw unavailable(`zmq+ipc:${path} is in use by another listener`);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function removeOwn(path: string, ino: number): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.ino === ino) await rm(path, { force: true });
}

function unavailable(message: string, cause?: unknown): RpcError {
  return new RpcError("unavailable", message, { outcome: "not-executed", cause });
}
