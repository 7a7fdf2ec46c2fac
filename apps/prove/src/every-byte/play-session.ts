import { connect, type EventItem, type Remote, RpcError } from "@rpc/core";
import { checkEvents } from "@rpc/core/testing";
import { tcp } from "@rpc/transport-tcp";
import { waitUntil } from "../wait-until.js";
import { type Happened, type Ledger, streamLength } from "./ledger.js";

export interface PlayOptions {
  readonly url: string;
  /** Names the session's keys and topic. */
  readonly name: string;
  /** Whether the server that the session was opened at is there to the end: then nothing may fail. */
  readonly same: boolean;
  readonly happened: Happened;
  /** Newest events by topic, at each server that it may be at in the end. */
  readonly published: readonly ReadonlyMap<string, number>[];
}

type Desk = Remote<Ledger>;

/** Plays a session with one call of each kind, a stream and events; throws when what the client is told is not true. */
export async function playSession({ url, name, same, happened, published }: PlayOptions): Promise<void> {
  // Connects again at once: what is tried here is the cut, not the wait after it.
  const random = { fraction: () => 0, bytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)) };
  await using client = await connect(url, { transports: [tcp()], random });
  const ledger = client.service<Desk>("Ledger");
  const items: EventItem<string>[] = [];
  await ledger.entered.subscribe(name, (item) => void items.push(item));
  const judge = async (kind: keyof typeof kinds) => {
    const key = `${name}/${kind}`;
    const told = await kinds[kind](ledger, key);
    const wrong = refute({ kind, told, times: happened.ran.get(key) ?? 0, same });
    if (wrong !== undefined) throw new Error(`${key}: ${wrong}`);
  };
  await Promise.all([judge("enter"), judge("refuse"), judge("look"), judge("place"), judge("list")]);
  await judge("later");
  const complete = () => published.some((at) => isComplete(items, name, at.get(name) ?? 0));
  await waitUntil(`events of ${name}: ${JSON.stringify(items)}`, complete, 2_000);
  if (same && items.some((item) => item.kind === "gap")) throw new Error(`${name}: a gap without a reason`);
}

function isComplete(items: readonly EventItem<unknown>[], topic: string, published: number): boolean {
  try {
    checkEvents(items, new Map([[topic, published]]));
    return true;
  } catch {
    return false;
  }
}

/** What a caller was told: undefined for success. */
type Told = RpcError | undefined;

const kinds = {
  enter: (ledger: Desk, key: string) => settle(ledger.enter(key)),
  refuse: (ledger: Desk, key: string) => settle(ledger.refuse(key)),
  look: (ledger: Desk, key: string) => settle(ledger.$with({ idempotent: true }).look(key)),
  place: (ledger: Desk, key: string) => settle(ledger.$with({ key }).place(key)),
  list: (ledger: Desk, key: string) => settle(readList(ledger, key)),
  later: (ledger: Desk, key: string) => settle(ledger.enter(key)),
};

function settle(call: Promise<unknown>): Promise<Told> {
  return call.then(
    () => undefined,
    (error: RpcError) => error,
  );
}

/** Reads a stream to its end; each item once and in order, and a truthful word about how far it came. */
async function readList(ledger: Desk, key: string): Promise<void> {
  let next = 0;
  try {
    for await (const item of ledger.list.stream(key)) {
      if (item !== next++) throw new Error(`${key}: item ${item} came as number ${next - 1}`);
    }
  } catch (error) {
    if (!RpcError.is(error)) throw error;
    const { lastIndex } = (error.details ?? {}) as { readonly lastIndex?: number };
    if (lastIndex !== undefined && lastIndex !== next - 1)
      throw new Error(`${key}: told that ${lastIndex} was the last item, it was ${next - 1}`);
    throw error;
  }
  if (next !== streamLength) throw new Error(`${key}: ended after ${next} of ${streamLength} items`);
}

interface Testimony {
  readonly kind: keyof typeof kinds;
  readonly told: Told;
  readonly times: number;
  readonly same: boolean;
}

/** Why what a caller was told is not true, or not good enough. */
function refute({ kind, told, times, same }: Testimony): string | undefined {
  const idempotent = kind === "look";
  if (told !== undefined && !RpcError.is(told)) return String(told);
  const text = told === undefined ? "success" : `${told.code} ${told.outcome}`;
  if (times > 1 && !idempotent) return `ran ${times} times, told ${text}`;
  if ((told === undefined || told.outcome === "executed") && times === 0) return `never ran, told ${text}`;
  if (told?.outcome === "not-executed" && times > 0) return `ran, told ${text}`;
  const wanted = kind === "refuse" ? "failed_precondition executed" : "success";
  // On the same server the session goes on, so nothing may be in doubt; and what may run twice succeeds everywhere.
  return (same || idempotent) && text !== wanted ? `told ${text}, not ${wanted}` : undefined;
}
