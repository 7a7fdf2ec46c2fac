import { type BodyReader, isCount } from "./body-reader.js";
import { readErrorBody } from "./error-frame.js";
import {
  type EventRow,
  type EventsFrame,
  eventKinds,
  type GapFrame,
  type MarkFrame,
  type SubscribedFrame,
  type SubscribeFrame,
  type SubscriptionCreditFrame,
  type UnsubscribedFrame,
  type UnsubscribeFrame,
} from "./event-frames.js";
import type { Fields } from "./fields.js";
import { notPlain } from "./not-plain.js";
import { ProtocolError } from "./protocol-error.js";

const deliveryModes = ["signal", "latest", "log", "table"] as const;
const gapReasons = new Set(["slow-consumer", "history-evicted", "epoch-changed", "transport"]);

/** Reads the body of an events frame. */
export function readEvents(body: BodyReader): EventsFrame {
  const id = body.uint32();
  const kind = eventKinds[body.uint8()];
  if (kind === undefined) throw new ProtocolError("events of unknown kind");
  const count = body.uint16();
  const rows: EventRow[] = [];
  for (let index = 0; index < count; index++) {
    const row = readPlainRow(body) ?? readRow(body);
    if (kind === "removed" && typeof row.value !== "string")
      throw new ProtocolError("malformed event: a removed key is no string");
    rows.push(row);
  }
  return { type: "events", id, kind, rows };
}

/** Reads the body of a gap frame. */
export function readGap(body: BodyReader): GapFrame {
  const id = body.uint32();
  const value = body.value();
  const [topic, from, to, reason] = Array.isArray(value) && value.length === 4 ? value : [];
  const fine =
    typeof topic === "string" &&
    isCount(from) &&
    (to === null || isCount(to)) &&
    typeof reason === "string" &&
    gapReasons.has(reason);
  if (!fine) throw new ProtocolError("malformed gap");
  return { type: "gap", id, topic, from, to, reason: reason as GapFrame["reason"] };
}

/** Reads the body of a mark frame. */
export function readMark(body: BodyReader): MarkFrame {
  return { type: "mark", id: body.uint32(), position: body.count("mark.position") };
}

/** Reads the body of an unsubscribe frame. */
export function readUnsubscribe(body: BodyReader): UnsubscribeFrame {
  return { type: "unsubscribe", id: body.uint32() };
}

/** Reads the body of an unsubscribed frame. */
export function readUnsubscribed(body: BodyReader): UnsubscribedFrame {
  return { type: "unsubscribed", id: body.uint32(), ...readErrorBody(body.fields("unsubscribed")) };
}

/** Reads the body of a frame that gives a subscription credit. */
export function readSubscriptionCredit(body: BodyReader): SubscriptionCreditFrame {
  return { type: "subscriptionCredit", id: body.uint32(), items: body.uint32(), bytes: body.uint32() };
}

/** Reads the body of a subscribe frame. */
export function readSubscribe(body: BodyReader): SubscribeFrame {
  const fields = body.fields("subscribe");
  return {
    type: "subscribe",
    id: fields.uint32("id"),
    service: fields.string("service"),
    event: fields.string("event"),
    prefix: fields.string("prefix"),
    creditItems: fields.uint32("creditItems"),
    creditBytes: fields.uint32("creditBytes"),
    from: readFrom(fields),
    maxRate: fields.optionalPositive("maxRate"),
  };
}

/** Reads the body of a subscribed frame. */
export function readSubscribed(body: BodyReader): SubscribedFrame {
  const fields = body.fields("subscribed");
  return {
    type: "subscribed",
    id: fields.uint32("id"),
    position: fields.count("position"),
    mode: readMode(fields.string("mode")),
    cadenceMs: fields.optionalPositive("cadenceMs"),
  };
}

// As nearly all rows are. What is not as it should be is left to the general way, which says so.
function readPlainRow(body: BodyReader): EventRow | undefined {
  if (!body.openArray(6)) return undefined;
  const topic = body.element();
  if (typeof topic !== "string") return undefined;
  const seq = body.element();
  if (!isCount(seq)) return undefined;
  const position = body.element();
  if (!isCount(position)) return undefined;
  const at = body.element();
  if (typeof at !== "number") return undefined;
  const callId = body.element();
  if (callId !== null && !isCount(callId)) return undefined;
  const value = body.element();
  if (value === notPlain) return undefined;
  return { topic, seq, position, at, callId: callId ?? undefined, value, bytes: body.closeArray() };
}

function readRow(body: BodyReader): EventRow {
  const start = body.position;
  const read = body.value();
  const [topic, seq, position, at, callId, value] = Array.isArray(read) && read.length === 6 ? read : [];
  const fine =
    typeof topic === "string" &&
    isCount(seq) &&
    isCount(position) &&
    typeof at === "number" &&
    (callId === null || isCount(callId));
  if (!fine) throw new ProtocolError("malformed event");
  const bytes = body.position - start;
  return { topic, seq, position, at, callId: callId ?? undefined, value, bytes };
}

function readFrom(fields: Fields): SubscribeFrame["from"] {
  const from = fields.any("from");
  return from === undefined || from === "oldest" ? from : fields.count("from");
}

function readMode(mode: string): SubscribedFrame["mode"] {
  const known = deliveryModes.find((name) => name === mode);
  if (known === undefined)
    throw new ProtocolError(`subscribed: unknown mode ${JSON.stringify(mode.slice(0, 40))}`);
  return known;
}
