import type { EventItem } from "../../client/event-item.js";

/**
 * Throws unless a subscriber that was there from the start was told of every event: by itself or in a gap, once each,
 * in the order of its topic, up to what each topic published last in the server's newest start.
 */
export function checkEvents(
  items: readonly EventItem<unknown>[],
  published: ReadonlyMap<string, number>,
): void {
  const told = new Map<string, number>();
  for (const item of items) {
    if (item.kind === "removed" || item.kind === "mark") continue;
    const expected = (told.get(item.topic) ?? 0) + 1;
    const first = item.kind === "gap" ? item.from : item.seq;
    if (first !== expected) throw new Error(`event ${item.topic} ${first} came, ${expected} was expected`);
    // A restart: how many are lost is not known, and numbers begin again.
    const last = item.kind === "gap" ? (item.to ?? 0) : item.seq;
    told.set(item.topic, last);
  }
  for (const [topic, last] of published) {
    const reached = told.get(topic) ?? 0;
    if (reached !== last)
      throw new Error(`of ${topic} ${last} were published, the subscriber is at ${reached}`);
  }
}
