import { resolve } from "node:path";
import { RpcError, type Subscription } from "@rpc/core";
import type { EventContract } from "@rpc/core/contract";
import { clean, findings, UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { parseCount } from "./duration.js";
import { failureText, toJson } from "./failure-text.js";
import { itemJson } from "./item-lines.js";
import { namedTypesIn } from "./named-types.js";
import { printableJson } from "./printable.js";
import type { RecordingHead } from "./recording.js";
import { RecordingFile } from "./recording-file.js";
import { type FoundEvent, findEvent, parseFrom } from "./sub-command.js";
import { type ServerFlags, withServer } from "./with-server.js";

/** Flags of `rpc record`. */
export interface RecordFlags extends ServerFlags {
  readonly from: string;
  readonly count?: string;
  readonly overwrite?: true;
}

/** What to record, and where to. */
export interface RecordRequest {
  readonly url: string;
  readonly name: string;
  readonly prefix: string;
  readonly file: string;
}

/** Runs `rpc record`: writes the items of an event to a file until it has enough, or is interrupted. */
export function runRecord(request: RecordRequest, flags: RecordFlags, terminal: Terminal): Promise<number> {
  const from = parseFrom(flags.from);
  const most = flags.count === undefined ? Infinity : parseCount("--count", flags.count);
  return withServer(request.url, flags, terminal, async (server) => {
    const found = await findEvent(server, request.name);
    try {
      const subscription = await found.event.subscribe(request.prefix, { from });
      const leave = () => void subscription.unsubscribe();
      server.signal.addEventListener("abort", leave);
      if (server.signal.aborted) leave();
      return await write(
        subscription,
        found,
        { ...request, most, overwrite: flags.overwrite === true },
        terminal,
      );
    } catch (error) {
      if (!RpcError.is(error)) throw error;
      if (flags.json === true) terminal.out(`${printableJson({ error: toJson(error) })}\n`);
      else terminal.err(failureText(error));
      return findings;
    }
  });
}

interface Target extends RecordRequest {
  readonly most: number;
  readonly overwrite: boolean;
}

async function write(
  subscription: Subscription<unknown>,
  found: FoundEvent,
  target: Target,
  { cwd, err }: Terminal,
): Promise<number> {
  const file = await open(resolve(cwd, target.file), target);
  let [items, gaps] = [0, 0];
  const told = () =>
    `${items} ${items === 1 ? "item" : "items"}, ${gaps} ${gaps === 1 ? "gap" : "gaps"} in ${target.file}\n`;
  try {
    try {
      await file.put(headOf(subscription, found, target));
      for await (const item of subscription) {
        // A disk that is slow holds back the credit, and what is lost by that is told as a gap.
        await file.put(itemJson(item));
        if (item.kind === "gap") gaps += 1;
        else if (item.kind !== "mark") items += 1;
        if (items >= target.most) break;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    err(`cannot write ${target.file}: ${error.message}; recorded until then: ${told()}`);
    return findings;
  }
  err(told());
  return clean;
}

function headOf(
  { mode, cadenceMs }: Subscription<unknown>,
  { service, member, described, types }: FoundEvent,
  { url, prefix }: Target,
): RecordingHead {
  const said = described as EventContract | undefined;
  return {
    rpcRecording: 1,
    service,
    event: member,
    mode,
    ...(said?.key !== undefined && { key: said.key }),
    ...(cadenceMs !== undefined && { cadenceMs }),
    prefix,
    url,
    startedAt: Date.now(),
    ...(said !== undefined && {
      payload: said.payload,
      types: Object.fromEntries(namedTypesIn(said.payload, types).map((name) => [name, types.get(name)!])),
    }),
  };
}

async function open(path: string, { file, overwrite }: Target): Promise<RecordingFile> {
  try {
    return await RecordingFile.create(path, overwrite);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(
      code === "EEXIST"
        ? `${file} is there already; nothing was recorded. Add --overwrite to lose it`
        : `cannot write ${file}: ${message}`,
    );
  }
}
