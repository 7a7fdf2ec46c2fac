import { BodyReader } from "./body-reader.js";
import { frameHeadBytes } from "./encode-frame.js";
import { readErrorBody } from "./error-frame.js";
import { type Frame, frameTypes } from "./frame.js";
import { readLength } from "./heads.js";
import { ProtocolError } from "./protocol-error.js";
import { readCall, readCallback, readOutcome, readOutcomeQuery } from "./read-call.js";
import { readEvents, readGap, readSubscribe, readSubscribed } from "./read-events.js";
import { readContract, readHello, readRefreshed, readUse, readUsed, readWelcome } from "./read-session.js";
import { readCredit, readEnd, readItems } from "./read-stream.js";
import type { ScanLimits } from "./scan.js";
import type { TargetCache } from "./target-cache.js";

/** Reads the frames of a packet, one after the other. Everything it returns was scanned first. */
export class FrameReader {
  readonly #body: BodyReader;
  readonly #limits: ScanLimits;

  /** Starts at `position`, behind the packet's header. `targets` is what the same peer called before. */
  constructor(bytes: Uint8Array, position: number, limits: ScanLimits, targets?: TargetCache) {
    this.#body = new BodyReader(bytes, position, limits, targets);
    this.#limits = limits;
  }

  /** The next frame; undefined at the end of the packet. Throws `ProtocolError`. */
  next(): Frame | undefined {
    const body = this.#body;
    const rest = body.bytes.length - body.position;
    if (rest === 0) return undefined;
    if (rest < frameHeadBytes) throw new ProtocolError(`${rest} bytes behind the last frame`);
    const type = body.bytes[body.position]!;
    const length = readLength(body.bytes, body.position + 1, 4);
    if (length > rest - frameHeadBytes) {
      throw new ProtocolError(`frame of ${length} bytes in a packet with ${rest - frameHeadBytes} left`);
    }
    body.position += frameHeadBytes;
    body.end = body.position + length;
    const frame = readBody(type, body);
    if (body.position !== body.end) {
      throw new ProtocolError(`${body.end - body.position} bytes left over in a ${frame.type} frame`);
    }
    return frame;
  }

  /** What is left, in memory of its own: the packet's is used again. Undefined at the end of the packet. */
  keepRest(): FrameReader | undefined {
    const body = this.#body;
    if (body.position === body.bytes.length) return undefined;
    const rest = new Uint8Array(body.bytes.subarray(body.position));
    return new FrameReader(rest, 0, this.#limits, body.targets);
  }
}

function readBody(type: number, body: BodyReader): Frame {
  switch (type) {
    case frameTypes.call:
      return readCall(body);
    case frameTypes.reply:
      return { type: "reply", id: body.uint32(), value: body.value() };
    case frameTypes.error:
      return { type: "error", id: body.uint32(), ...readErrorBody(body.fields("error")) };
    case frameTypes.cancel:
      return { type: "cancel", id: body.uint32() };
    case frameTypes.items:
      return readItems(body);
    case frameTypes.end:
      return readEnd(body);
    case frameTypes.credit:
      return readCredit(body);
    case frameTypes.callback:
      return readCallback(body);
    case frameTypes.release:
      return { type: "release", callback: body.uint32() };
    case frameTypes.outcomeQuery:
      return readOutcomeQuery(body);
    case frameTypes.outcome:
      return readOutcome(body);
    case frameTypes.events:
      return readEvents(body);
    case frameTypes.gap:
      return readGap(body);
    case frameTypes.mark:
      return { type: "mark", id: body.uint32(), position: body.count("mark.position") };
    case frameTypes.subscriptionCredit:
      return {
        type: "subscriptionCredit",
        id: body.uint32(),
        items: body.uint32(),
        bytes: body.uint32(),
      };
    case frameTypes.unsubscribe:
      return { type: "unsubscribe", id: body.uint32() };
    case frameTypes.unsubscribed:
      return { type: "unsubscribed", id: body.uint32(), ...readErrorBody(body.fields("unsubscribed")) };
    case frameTypes.ping:
      return { type: "ping", answer: body.uint8() === 1 };
    case frameTypes.close:
      return { type: "close", ...readErrorBody(body.fields("close")) };
    default:
      return readRareBody(type, body);
  }
}

// Frames that are rare enough to be one map.
function readRareBody(type: number, body: BodyReader): Frame {
  switch (type) {
    case frameTypes.hello:
      return readHello(body);
    case frameTypes.welcome:
      return readWelcome(body);
    case frameTypes.refreshed:
      return readRefreshed(body);
    case frameTypes.use:
      return readUse(body);
    case frameTypes.used:
      return readUsed(body);
    case frameTypes.contract:
      return readContract(body);
    case frameTypes.subscribe:
      return readSubscribe(body);
    case frameTypes.subscribed:
      return readSubscribed(body);
    case frameTypes.refresh:
      return { type: "refresh", credentials: body.fields("refresh").any("credentials") };
    case frameTypes.goaway:
      return { type: "goaway", graceMs: body.fields("goaway").count("graceMs") };
    default:
      throw new ProtocolError(`unknown frame 0x${type.toString(16).padStart(2, "0")}`);
  }
}
