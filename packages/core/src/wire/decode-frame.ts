import type { Metadata } from "../call.js";
import { leastLimits } from "../limits.js";
import { callFlags, eventKinds, frameHeadBytes, noDeadline, passedKinds } from "./encode-frame.js";
import { readErrorBody } from "./error-frame.js";
import { Fields, isMap } from "./fields.js";
import {
  type CallbackFrame,
  type CallExtras,
  type CallFrame,
  type CallTarget,
  type EndFrame,
  type EventRow,
  type EventsFrame,
  type Frame,
  frameTypes,
  type GapFrame,
  type ItemsFrame,
  maxPassedIndex,
  type OutcomeFrame,
  type OutcomeQueryFrame,
  type PassedParameter,
  type PeerLimits,
  type StreamItem,
  type SubscribedFrame,
  type SubscribeFrame,
} from "./frame.js";
import { readLength, skipValue } from "./heads.js";
import { notPlain, PlainReader } from "./plain-reader.js";
import { ProtocolError } from "./protocol-error.js";
import { type ScanLimits, scanValue } from "./scan.js";
import { scanSwitch } from "./scan-switch.js";
import type { TargetCache } from "./target-cache.js";
import { decodeValue } from "./values.js";

const extraFlags = callFlags.stream | callFlags.passed | callFlags.oneway;
const knownFlags = callFlags.byName | callFlags.metadata | callFlags.key | extraFlags;
const outcomeStates = ["running", "executed", "interrupted", "not-found"] as const;
const deliveryModes = ["signal", "latest", "log", "table"] as const;
const plain = new PlainReader();
const gapReasons = new Set(["slow-consumer", "history-evicted", "epoch-changed", "transport"]);

/** Reads the frames of a packet, one after the other. Everything it returns was scanned first. */
export class FrameReader {
  readonly #bytes: Uint8Array;
  readonly #limits: ScanLimits;
  readonly #targets: TargetCache | undefined;
  #view: DataView | undefined;
  #position: number;
  #end: number;

  /**
   * Starts at `position`, behind the packet's header. `view` covers exactly `bytes`; made when it is needed, since it costs
   * as much as to read a small frame. `targets` is what the same peer called before.
   */
  constructor(
    bytes: Uint8Array,
    view: DataView | undefined,
    position: number,
    limits: ScanLimits,
    targets?: TargetCache,
  ) {
    this.#bytes = bytes;
    this.#view = view;
    this.#limits = limits;
    this.#targets = targets;
    this.#position = position;
    this.#end = bytes.length;
  }

  /** The next frame; undefined at the end of the packet. Throws `ProtocolError`. */
  next(): Frame | undefined {
    const rest = this.#bytes.length - this.#position;
    if (rest === 0) return undefined;
    if (rest < frameHeadBytes) throw new ProtocolError(`${rest} bytes behind the last frame`);
    const type = this.#bytes[this.#position]!;
    const length = readLength(this.#bytes, this.#position + 1, 4);
    if (length > rest - frameHeadBytes) {
      throw new ProtocolError(`frame of ${length} bytes in a packet with ${rest - frameHeadBytes} left`);
    }
    this.#position += frameHeadBytes;
    this.#end = this.#position + length;
    const frame = this.#body(type);
    if (this.#position !== this.#end) {
      throw new ProtocolError(`${this.#end - this.#position} bytes left over in a ${frame.type} frame`);
    }
    return frame;
  }

  /** What is left, in memory of its own: the packet's is used again. Undefined at the end of the packet. */
  keepRest(): FrameReader | undefined {
    if (this.#position === this.#bytes.length) return undefined;
    const rest = new Uint8Array(this.#bytes.subarray(this.#position));
    return new FrameReader(rest, undefined, 0, this.#limits, this.#targets);
  }

  #body(type: number): Frame {
    switch (type) {
      case frameTypes.call:
        return this.#call();
      case frameTypes.reply:
        return { type: "reply", id: this.#uint32(), value: this.#value() };
      case frameTypes.error:
        return { type: "error", id: this.#uint32(), ...readErrorBody(this.#fields("error")) };
      case frameTypes.cancel:
        return { type: "cancel", id: this.#uint32() };
      case frameTypes.items:
        return this.#items();
      case frameTypes.end:
        return this.#endOfStream();
      case frameTypes.credit:
        return {
          type: "credit",
          id: this.#uint32(),
          stream: this.#uint8(),
          items: this.#uint32(),
          bytes: this.#uint32(),
        };
      case frameTypes.callback:
        return this.#callback();
      case frameTypes.release:
        return { type: "release", callback: this.#uint32() };
      case frameTypes.outcomeQuery:
        return this.#outcomeQuery();
      case frameTypes.outcome:
        return this.#outcome();
      case frameTypes.events:
        return this.#events();
      case frameTypes.gap:
        return this.#gap();
      case frameTypes.mark:
        return { type: "mark", id: this.#uint32(), position: this.#count("mark.position") };
      case frameTypes.subscriptionCredit:
        return {
          type: "subscriptionCredit",
          id: this.#uint32(),
          items: this.#uint32(),
          bytes: this.#uint32(),
        };
      case frameTypes.unsubscribe:
        return { type: "unsubscribe", id: this.#uint32() };
      case frameTypes.unsubscribed:
        return { type: "unsubscribed", id: this.#uint32(), ...readErrorBody(this.#fields("unsubscribed")) };
      case frameTypes.ping:
        return { type: "ping", answer: this.#uint8() === 1 };
      case frameTypes.close:
        return { type: "close", ...readErrorBody(this.#fields("close")) };
      default:
        return this.#mapFrame(type);
    }
  }

  // Frames that are rare enough to be one map.
  #mapFrame(type: number): Frame {
    switch (type) {
      case frameTypes.hello: {
        const fields = this.#fields("hello");
        return {
          type: "hello",
          protocol: fields.uint32("protocol"),
          sessionId: fields.bytes("sessionId", 16),
          token: fields.any("token") === undefined ? undefined : fields.bytes("token", 16),
          received: fields.uint32("received"),
          limits: readPeerLimits(fields.map("limits")),
          features: fields.strings("features"),
          credentials: fields.any("credentials"),
        };
      }
      case frameTypes.welcome: {
        const fields = this.#fields("welcome");
        return {
          type: "welcome",
          protocol: fields.uint32("protocol"),
          epoch: fields.string("epoch"),
          resumed: fields.boolean("resumed"),
          token: fields.bytes("token", 16),
          received: fields.uint32("received"),
          limits: readPeerLimits(fields.map("limits")),
          features: fields.strings("features"),
          validMs: fields.optionalCount("validMs"),
        };
      }
      case frameTypes.refresh:
        return { type: "refresh", credentials: this.#fields("refresh").any("credentials") };
      case frameTypes.refreshed: {
        const fields = this.#fields("refreshed");
        return {
          type: "refreshed",
          validMs: fields.optionalCount("validMs"),
          error: fields.any("error") === undefined ? undefined : readErrorBody(fields.map("error")),
        };
      }
      case frameTypes.goaway:
        return { type: "goaway", graceMs: this.#fields("goaway").count("graceMs") };
      case frameTypes.use: {
        const fields = this.#fields("use");
        return {
          type: "use",
          ref: fields.uint32("ref"),
          service: fields.string("service"),
          hash: fields.string("hash"),
        };
      }
      case frameTypes.used: {
        const fields = this.#fields("used");
        return {
          type: "used",
          ref: fields.uint32("ref"),
          equal: fields.boolean("equal"),
          wanted: fields.any("wanted") === true,
        };
      }
      case frameTypes.contract: {
        const fields = this.#fields("contract");
        return { type: "contract", ref: fields.uint32("ref"), contract: fields.optionalString("contract") };
      }
      case frameTypes.subscribe: {
        const fields = this.#fields("subscribe");
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
      case frameTypes.subscribed: {
        const fields = this.#fields("subscribed");
        return {
          type: "subscribed",
          id: fields.uint32("id"),
          position: fields.count("position"),
          mode: readMode(fields.string("mode")),
          cadenceMs: fields.optionalPositive("cadenceMs"),
        };
      }
      default:
        throw new ProtocolError(`unknown frame 0x${type.toString(16).padStart(2, "0")}`);
    }
  }

  #call(): CallFrame {
    const flags = this.#uint8();
    if ((flags & ~knownFlags) !== 0) throw new ProtocolError(`call with unknown flags ${flags}`);
    const id = this.#uint32();
    const timeLeftMs = this.#timeLeft();
    const target =
      (flags & callFlags.byName) !== 0
        ? this.#targetByName()
        : { ref: this.#uint16(), member: this.#uint16() };
    const metadata = (flags & callFlags.metadata) !== 0 ? checkMetadata(this.#value()) : undefined;
    const key = (flags & callFlags.key) !== 0 ? this.#string("call.key") : undefined;
    const extras = (flags & extraFlags) === 0 ? undefined : this.#extras(flags);
    const start = this.#position;
    const args = this.#value();
    if (!Array.isArray(args)) throw new ProtocolError("call: arguments are no array");
    // A copy, which the slice of a Buffer would not be.
    const argsBytes =
      key === undefined ? undefined : new Uint8Array(this.#bytes.subarray(start, this.#position));
    return { type: "call", id, timeLeftMs, target, metadata, key, extras, args, argsBytes };
  }

  #targetByName(): CallTarget {
    const known = this.#targets?.find(this.#bytes, this.#position, this.#end);
    if (known === undefined)
      return { service: this.#string("call.service"), method: this.#string("call.method") };
    this.#position = this.#targets!.end;
    return known;
  }

  #extras(flags: number): CallExtras {
    const credit =
      (flags & callFlags.stream) === 0 ? undefined : { items: this.#uint32(), bytes: this.#uint32() };
    const passed = (flags & callFlags.passed) === 0 ? undefined : this.#passed();
    return { oneway: (flags & callFlags.oneway) !== 0, credit, passed };
  }

  // Each index once and in order, so that no argument is two things.
  #passed(): PassedParameter[] {
    const passed: PassedParameter[] = [];
    let last = -1;
    for (let count = this.#uint8(); count > 0; count--) {
      const index = this.#uint8();
      const kind = passedKinds[this.#uint8()];
      if (kind === undefined || index <= last || index > maxPassedIndex)
        throw new ProtocolError("call: malformed passed parameter");
      passed.push({ index, kind, id: this.#uint32() });
      last = index;
    }
    return passed;
  }

  #callback(): CallbackFrame {
    const id = this.#uint32();
    const timeLeftMs = this.#timeLeft();
    const callback = this.#uint32();
    const args = this.#value();
    if (!Array.isArray(args)) throw new ProtocolError("callback: arguments are no array");
    return { type: "callback", id, timeLeftMs, callback, args };
  }

  #items(): ItemsFrame {
    const id = this.#uint32();
    const stream = this.#uint8();
    const index = this.#uint32();
    const count = this.#uint16();
    const items: StreamItem[] = [];
    for (let done = 0; done < count; done++) {
      const start = this.#position;
      const value = this.#value();
      items.push({ value, bytes: this.#position - start });
    }
    return { type: "items", id, stream, index, items };
  }

  #endOfStream(): EndFrame {
    const id = this.#uint32();
    const stream = this.#uint8();
    const value = this.#value();
    return {
      type: "end",
      id,
      stream,
      error: value === null ? undefined : readErrorBody(new Fields("end", value)),
    };
  }

  #outcomeQuery(): OutcomeQueryFrame {
    const id = this.#uint32();
    const value = this.#value();
    const [service, method, key] = Array.isArray(value) && value.length === 3 ? value : [];
    const fine = typeof service === "string" && typeof method === "string" && typeof key === "string";
    if (!fine) throw new ProtocolError("malformed outcome query");
    return { type: "outcomeQuery", id, service, method, key };
  }

  #outcome(): OutcomeFrame {
    const id = this.#uint32();
    const fields = this.#fields("outcome");
    const state = outcomeStates.find((known) => known === fields.string("state"));
    if (state === undefined) throw new ProtocolError("outcome with an unknown state");
    return {
      type: "outcome",
      id,
      state,
      value: fields.any("value"),
      error: fields.any("error") === undefined ? undefined : readErrorBody(fields.map("error")),
      rememberedForMs:
        fields.any("rememberedForMs") === undefined ? undefined : fields.count("rememberedForMs"),
    };
  }

  #events(): EventsFrame {
    const id = this.#uint32();
    const kind = eventKinds[this.#uint8()];
    if (kind === undefined) throw new ProtocolError("events of unknown kind");
    const count = this.#uint16();
    const rows: EventRow[] = [];
    for (let index = 0; index < count; index++) {
      const start = this.#position;
      const row = readRow(this.#value(), this.#position - start);
      if (kind === "removed" && typeof row.value !== "string")
        throw new ProtocolError("malformed event: a removed key is no string");
      rows.push(row);
    }
    return { type: "events", id, kind, rows };
  }

  #gap(): GapFrame {
    const id = this.#uint32();
    const value = this.#value();
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

  #fields(frame: string): Fields {
    return new Fields(frame, this.#value());
  }

  #count(what: string): number {
    const value = this.#value();
    if (!isCount(value)) throw new ProtocolError(`${what}: expected a count, got ${typeof value}`);
    return value;
  }

  #string(what: string): string {
    const value = this.#value();
    if (typeof value !== "string") throw new ProtocolError(`${what}: expected a string, got ${typeof value}`);
    return value;
  }

  #value(): unknown {
    const start = this.#position;
    const value = plain.read(this.#bytes, start, this.#end, this.#limits);
    if (value !== notPlain) {
      this.#position = plain.end;
      return value;
    }
    const bytes = this.#bytes;
    this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#position = scanSwitch.on
      ? scanValue(bytes, this.#view, start, this.#end, this.#limits)
      : skipValue(bytes, start);
    return decodeValue(bytes, start, this.#position);
  }

  #timeLeft(): number {
    const timeLeft = this.#uint32();
    return timeLeft === noDeadline ? Infinity : timeLeft;
  }

  #uint8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  #uint16(): number {
    return readLength(this.#bytes, this.#take(2), 2);
  }

  #uint32(): number {
    return readLength(this.#bytes, this.#take(4), 4);
  }

  #take(count: number): number {
    const at = this.#position;
    if (at + count > this.#end) throw new ProtocolError("frame ends inside a number");
    this.#position = at + count;
    return at;
  }
}

function readRow(value: unknown, bytes: number): EventRow {
  const row: readonly unknown[] = Array.isArray(value) && value.length === 6 ? value : [];
  // By index: taking an array apart by its iterator costs as much as to read it.
  const topic = row[0];
  const seq = row[1];
  const position = row[2];
  const at = row[3];
  const callId = row[4];
  const fine =
    typeof topic === "string" &&
    isCount(seq) &&
    isCount(position) &&
    typeof at === "number" &&
    (callId === null || isCount(callId));
  if (!fine) throw new ProtocolError("malformed event");
  return { topic, seq, position, at, callId: callId ?? undefined, value: row[5], bytes };
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

function readPeerLimits(fields: Fields): PeerLimits {
  return {
    maxPacketBytes: fields.count("maxPacketBytes", leastLimits.maxPacketBytes),
    maxDepth: fields.count("maxDepth", leastLimits.maxDepth),
    maxNodes: fields.count("maxNodes", leastLimits.maxNodes),
    maxRunningCalls: fields.count("maxRunningCalls"),
    maxMetadataBytes: fields.count("maxMetadataBytes"),
    maxStreams: fields.count("maxStreams"),
    maxSubscriptions: fields.count("maxSubscriptions"),
    maxCallbacks: fields.count("maxCallbacks"),
    sessionRetentionMs: fields.count("sessionRetentionMs"),
    heartbeatMs: fields.count("heartbeatMs"),
  };
}

function checkMetadata(value: unknown): Metadata {
  if (!isMap(value) || !Object.values(value).every((item) => typeof item === "string"))
    throw new ProtocolError("call: metadata is no map of strings");
  return value as Metadata;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
