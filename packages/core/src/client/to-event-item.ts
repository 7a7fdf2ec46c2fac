import type { EventKind, EventRow } from "../wire/frame.js";
import type { EventItem } from "./event-item.js";

/** A row off the wire as a program gets it. Written out, property by property: spreading costs more than all else of it. */
export function toEventItem(
  kind: EventKind,
  { topic, seq, position, at, callId, value }: EventRow,
): EventItem<unknown> {
  if (kind === "removed") {
    const key = value as string;
    return callId === undefined
      ? { kind, topic, seq, position, at, key }
      : { kind, topic, seq, position, at, callId, key };
  }
  return callId === undefined
    ? { kind, topic, seq, position, at, value }
    : { kind, topic, seq, position, at, callId, value };
}
