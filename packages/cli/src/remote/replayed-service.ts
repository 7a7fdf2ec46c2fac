import { Event, event, service } from "@rpc/core";
import { type Contract, hashServiceText } from "@rpc/core/contract";
import { UsageError } from "../exit-codes.js";
import type { RecordedItem, RecordingHead } from "./recording.js";

/** An item that is published again. */
export type PublishedItem = Extract<RecordedItem, { kind: "value" | "removed" }>;

/** As many topics and keys as any server may have had. */
const mostNames = 1_000_000;

/** A service that has the event of a recording and nothing else. */
export interface ReplayedService {
  readonly instance: object;
  /** What the recording knows of the event's type; absent when it knows nothing. */
  readonly contract: Contract | undefined;
  publish(item: PublishedItem): void;
  /** Resolves when every subscriber has room. */
  drained(): Promise<void>;
}

/**
 * Makes a service of the names in a recording, whose items are expected `speed` times as often as they were. Throws
 * `UsageError` for names that no service can have.
 */
export function createReplayedService(head: RecordingHead, speed: number): ReplayedService {
  const told = new Event<unknown>();
  class Replayed {
    readonly told = told;
  }
  const keyed = head.mode === "latest" || head.mode === "table";
  const cadenceMs = (head.cadenceMs ?? 0) / speed;
  try {
    const mark = event({
      name: head.event,
      mode: head.mode,
      maxTopics: mostNames,
      ...(keyed && { maxKeys: mostNames }),
      ...(keyed && head.key !== undefined && { key: head.key }),
      ...(cadenceMs > 0 && { cadenceMs }),
    });
    mark(Replayed.prototype, "told");
    service(head.service)(Replayed);
  } catch (error) {
    throw new UsageError(`the recording cannot be served: ${(error as Error).message}`);
  }
  return {
    instance: new Replayed(),
    contract: contractOf(head),
    publish(item) {
      if (item.kind === "removed") told.remove(item.key);
      else told.publish(item.topic, item.value);
    },
    drained: () => told.drained(),
  };
}

// Clients that were generated from the whole contract find the event in it, and miss the rest by name.
function contractOf({
  service: name,
  event: member,
  mode,
  key,
  payload,
  types = {},
}: RecordingHead): Contract | undefined {
  if (payload === undefined) return undefined;
  const described = { kind: "event", mode, ...(key !== undefined && { key }), payload } as const;
  const members = { [member]: described };
  const hash = hashServiceText(JSON.stringify({ name, service: { members }, types }));
  return { rpcContract: 1, name: "recording", hash, services: { [name]: { hash, members } }, types };
}
