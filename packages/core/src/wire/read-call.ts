import type { Metadata } from "../call.js";
import type { BodyReader } from "./body-reader.js";
import {
  type CallbackFrame,
  type CallExtras,
  type CallFrame,
  type CallTarget,
  type CancelFrame,
  callFlags,
  type ErrorFrame,
  maxPassedIndex,
  type OutcomeFrame,
  type OutcomeQueryFrame,
  type PassedParameter,
  passedKinds,
  type ReleaseFrame,
  type ReplyFrame,
} from "./call-frames.js";
import { readErrorBody } from "./error-frame.js";
import { isMap } from "./fields.js";
import { ProtocolError } from "./protocol-error.js";

const extraFlags = callFlags.stream | callFlags.passed | callFlags.oneway;
const knownFlags = callFlags.byName | callFlags.metadata | callFlags.key | extraFlags;
const outcomeStates = ["running", "executed", "interrupted", "not-found"] as const;

/** Reads the body of a call frame. */
export function readCall(body: BodyReader): CallFrame {
  const flags = body.uint8();
  if ((flags & ~knownFlags) !== 0) throw new ProtocolError(`call with unknown flags ${flags}`);
  const id = body.uint32();
  const timeLeftMs = body.timeLeft();
  const target =
    (flags & callFlags.byName) !== 0 ? readTarget(body) : { ref: body.uint16(), member: body.uint16() };
  const metadata = (flags & callFlags.metadata) !== 0 ? checkMetadata(body.value()) : undefined;
  const key = (flags & callFlags.key) !== 0 ? body.string("call.key") : undefined;
  const extras = (flags & extraFlags) === 0 ? undefined : readExtras(body, flags);
  const start = body.position;
  const args = body.value();
  if (!Array.isArray(args)) throw new ProtocolError("call: arguments are no array");
  // A copy, which the slice of a Buffer would not be.
  const argsBytes = key === undefined ? undefined : new Uint8Array(body.bytes.subarray(start, body.position));
  return { type: "call", id, timeLeftMs, target, metadata, key, extras, args, argsBytes };
}

/** Reads the body of a reply frame. */
export function readReply(body: BodyReader): ReplyFrame {
  return { type: "reply", id: body.uint32(), value: body.value() };
}

/** Reads the body of an error frame. */
export function readError(body: BodyReader): ErrorFrame {
  return { type: "error", id: body.uint32(), ...readErrorBody(body.fields("error")) };
}

/** Reads the body of a cancel frame. */
export function readCancel(body: BodyReader): CancelFrame {
  return { type: "cancel", id: body.uint32() };
}

/** Reads the body of a release frame. */
export function readRelease(body: BodyReader): ReleaseFrame {
  return { type: "release", callback: body.uint32() };
}

/** Reads the body of a callback frame. */
export function readCallback(body: BodyReader): CallbackFrame {
  const id = body.uint32();
  const timeLeftMs = body.timeLeft();
  const callback = body.uint32();
  const args = body.value();
  if (!Array.isArray(args)) throw new ProtocolError("callback: arguments are no array");
  return { type: "callback", id, timeLeftMs, callback, args };
}

/** Reads the body of an outcome query. */
export function readOutcomeQuery(body: BodyReader): OutcomeQueryFrame {
  const id = body.uint32();
  const value = body.value();
  const [service, method, key] = Array.isArray(value) && value.length === 3 ? value : [];
  const fine = typeof service === "string" && typeof method === "string" && typeof key === "string";
  if (!fine) throw new ProtocolError("malformed outcome query");
  return { type: "outcomeQuery", id, service, method, key };
}

/** Reads the body of an outcome frame. */
export function readOutcome(body: BodyReader): OutcomeFrame {
  const id = body.uint32();
  const fields = body.fields("outcome");
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

function readTarget(body: BodyReader): CallTarget {
  const known = body.targets?.find(body.bytes, body.position, body.end);
  if (known === undefined)
    return { service: body.string("call.service"), method: body.string("call.method") };
  body.position = body.targets!.end;
  return known;
}

function checkMetadata(value: unknown): Metadata {
  if (!isMap(value) || !Object.values(value).every((item) => typeof item === "string"))
    throw new ProtocolError("call: metadata is no map of strings");
  return value as Metadata;
}

function readExtras(body: BodyReader, flags: number): CallExtras {
  const credit =
    (flags & callFlags.stream) === 0 ? undefined : { items: body.uint32(), bytes: body.uint32() };
  const passed = (flags & callFlags.passed) === 0 ? undefined : readPassed(body);
  return { oneway: (flags & callFlags.oneway) !== 0, credit, passed };
}

// Each index once and in order, so that no argument is two things.
function readPassed(body: BodyReader): PassedParameter[] {
  const passed: PassedParameter[] = [];
  let last = -1;
  for (let count = body.uint8(); count > 0; count--) {
    const index = body.uint8();
    const kind = passedKinds[body.uint8()];
    if (kind === undefined || index <= last || index > maxPassedIndex)
      throw new ProtocolError("call: malformed passed parameter");
    passed.push({ index, kind, id: body.uint32() });
    last = index;
  }
  return passed;
}
