import {
  type EventItem,
  type RemoteEvent,
  RpcError,
  type SubscribeOptions,
  type Subscription,
} from "@rpc/core";
import { type Types, validatorTypes } from "@rpc/core/contract";
import { clean, findings, UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { askContract } from "./ask-contract.js";
import { parseCount } from "./duration.js";
import { failureText, toJson } from "./failure-text.js";
import { type Found, findMember } from "./find-member.js";
import { ItemLines, itemJson } from "./item-lines.js";
import { toNotation } from "./notation.js";
import { printableJson } from "./printable.js";
import { type Reached, type ServerFlags, withServer } from "./with-server.js";

/** Flags of `rpc sub`. */
export interface SubFlags extends ServerFlags {
  readonly from: string;
  readonly count?: string;
  readonly values?: true;
  readonly maxRate?: string;
}

/** An event to subscribe to, as it was typed. */
export interface SubRequest {
  readonly url: string;
  readonly name: string;
  readonly prefix: string;
}

/** Runs `rpc sub`: prints the items of an event until it has enough, or is interrupted. Resolves to the exit code. */
export function runSub(request: SubRequest, flags: SubFlags, terminal: Terminal): Promise<number> {
  const { url, name, prefix } = request;
  const from = parseFrom(flags.from);
  const most = flags.count === undefined ? Infinity : parseCount("--count", flags.count);
  const rate = flags.maxRate === undefined ? {} : { maxRate: parseCount("--max-rate", flags.maxRate) };
  return withServer(url, flags, terminal, async (server) => {
    let subscription: Subscription<unknown>;
    try {
      subscription = await (await findEvent(server, name)).event.subscribe(prefix, { from, ...rate });
    } catch (error) {
      return fail(error, flags, terminal);
    }
    const leave = () => void subscription.unsubscribe();
    server.signal.addEventListener("abort", leave);
    if (server.signal.aborted) leave();
    // A feed that has stopped looks like one with nothing to tell.
    let wasStale = false;
    subscription.onFreshness((freshness) => {
      if (wasStale || freshness === "stale") terminal.err(`${name} ${freshness}\n`);
      wasStale = freshness === "stale";
    });
    try {
      await print(subscription, most, flags, terminal);
      return clean;
    } catch (error) {
      return fail(error, flags, terminal);
    }
  });
}

/** An event of a server, and what its contract says of it; undefined where it tells none. */
export interface FoundEvent extends Found {
  readonly event: RemoteEvent<unknown>;
  readonly types: Types;
}

/** Finds an event by the contract, or by its name alone where a server tells none. Throws `UsageError`. */
export async function findEvent({ client, url }: Reached, name: string): Promise<FoundEvent> {
  const { contract } = await askContract(client, url);
  const found = findMember(name, contract);
  if (found.described !== undefined && found.described.kind !== "event")
    throw new UsageError(`${name} is a method; call it with: rpc call ${url} ${name}`);
  const event = client.service<Record<string, RemoteEvent<unknown>>>(found.service)[found.member];
  if (event === undefined) throw new UsageError(`${name} can be no event: its name is reserved`);
  return { ...found, event, types: validatorTypes(contract?.types) };
}

/** Reads `now`, `oldest`, or a stored position as `epoch:position`. */
export function parseFrom(text: string): NonNullable<SubscribeOptions["from"]> {
  if (text === "now" || text === "oldest") return text;
  const [, epoch, position] = /^([^:\s]+):(\d{1,16})$/.exec(text) ?? [];
  if (epoch !== undefined && Number.isSafeInteger(Number(position)))
    return { epoch, position: Number(position) };
  throw new UsageError(
    `--from: expected now, oldest, or epoch:position as rpc sub tells at its end; got ${JSON.stringify(text)}`,
  );
}

async function print(
  subscription: Subscription<unknown>,
  most: number,
  { json, values }: SubFlags,
  terminal: Terminal,
): Promise<void> {
  const { out, err } = terminal;
  const lines = new ItemLines(terminal.screen);
  let [items, gaps] = [0, 0];
  for await (const item of subscription) {
    if (item.kind === "gap") gaps += 1;
    else if (item.kind !== "mark") items += 1;
    if (values === true) {
      if (item.kind === "gap") err(lines.line(item));
      else if ("value" in item) out(`${printableJson(toNotation(item.value))}\n`);
    } else out(json === true ? `${printableJson(itemJson(item as EventItem<unknown>))}\n` : lines.line(item));
    if (items >= most) break;
    await terminal.ready?.();
  }
  const { epoch, position } = subscription.position;
  err(
    `${items} ${items === 1 ? "item" : "items"}, ${gaps} ${gaps === 1 ? "gap" : "gaps"}; to go on from here: --from ${epoch}:${position}\n`,
  );
}

function fail(error: unknown, { json }: SubFlags, terminal: Terminal): number {
  if (!RpcError.is(error)) throw error;
  if (json === true) terminal.out(`${printableJson({ error: toJson(error) })}\n`);
  else terminal.err(failureText(error));
  return findings;
}
