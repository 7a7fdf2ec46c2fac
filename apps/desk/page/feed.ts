import type { EventItem, RemoteEvent, Subscription } from "@rpc/core/browser";
import { tell } from "./happenings.js";

/** How long a slow tab takes over each item. */
const slowMs = 150;

/** Gaps that come together are told together; a snapshot that follows them is told after them. */
const gatherMs = 50;
const afterMs = 80;

/** What a feed is made of. */
export interface FeedOptions<Value> {
  readonly name: string;
  readonly event: RemoteEvent<Value>;
  /** Whether the tab is slow now. */
  readonly isSlow: () => boolean;
  take(item: EventItem<Value>): void;
}

/** How long before an event that refused is asked again. */
const againMs = 1_000;

/** Follows a whole event, and asks again until it is confirmed: the link may be cut while the page loads. */
export async function follow<Value>(options: FeedOptions<Value>): Promise<Subscription<Value>> {
  for (;;) {
    try {
      return await subscribe(options);
    } catch (error) {
      tell("bad", `${options.name}: ${error instanceof Error ? error.message : String(error)}`);
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }
}

// Gaps and new snapshots are told in words, once for all topics that have the same.
function subscribe<Value>({ name, event, isSlow, take }: FeedOptions<Value>): Promise<Subscription<Value>> {
  const said = new Map<string, number>();
  let marks = 0;
  const sayGap = (reason: string, missing: string) => {
    const gap = `${name}: gap, ${missing} (${reason})`;
    const count = said.get(gap) ?? 0;
    said.set(gap, count + 1);
    if (count > 0) return;
    setTimeout(() => {
      const topics = said.get(gap) ?? 1;
      said.delete(gap);
      tell("bad", topics === 1 ? gap : `${gap} in ${topics} instruments`);
    }, gatherMs);
  };
  return event.subscribe("", (item) => {
    if (item.kind === "gap")
      sayGap(item.reason, item.to === null ? "nobody knows how many" : `${item.to - item.from + 1} missing`);
    if (item.kind === "mark") {
      marks += 1;
      if (marks > 1) setTimeout(() => tell("odd", `${name}: a fresh snapshot`), afterMs);
    }
    take(item);
    // The promise holds back the credit for this item, so the server sends no further ahead.
    return isSlow() ? new Promise((resolve) => setTimeout(resolve, slowMs)) : undefined;
  });
}
