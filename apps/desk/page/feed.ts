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

/** Subscribes to a whole event. Gaps and new snapshots are told in words, once for all topics that have the same. */
export function follow<Value>({
  name,
  event,
  isSlow,
  take,
}: FeedOptions<Value>): Promise<Subscription<Value>> {
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
