import { leastLimits } from "../limit-bounds.js";
import type { BodyReader } from "./body-reader.js";
import { readErrorBody } from "./error-frame.js";
import type { Fields } from "./fields.js";
import type {
  CloseFrame,
  ContractFrame,
  GoawayFrame,
  HelloFrame,
  PeerLimits,
  PingFrame,
  RefreshedFrame,
  RefreshFrame,
  UsedFrame,
  UseFrame,
  WelcomeFrame,
} from "./session-frames.js";

/** Reads the body of a hello frame. */
export function readHello(body: BodyReader): HelloFrame {
  const fields = body.fields("hello");
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

/** Reads the body of a welcome frame. */
export function readWelcome(body: BodyReader): WelcomeFrame {
  const fields = body.fields("welcome");
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

/** Reads the body of a close frame. */
export function readClose(body: BodyReader): CloseFrame {
  return { type: "close", ...readErrorBody(body.fields("close")) };
}

/** Reads the body of a ping frame. */
export function readPing(body: BodyReader): PingFrame {
  return { type: "ping", answer: body.uint8() === 1 };
}

/** Reads the body of a goaway frame. */
export function readGoaway(body: BodyReader): GoawayFrame {
  return { type: "goaway", graceMs: body.fields("goaway").count("graceMs") };
}

/** Reads the body of a refresh frame. */
export function readRefresh(body: BodyReader): RefreshFrame {
  return { type: "refresh", credentials: body.fields("refresh").any("credentials") };
}

/** Reads the body of a refreshed frame. */
export function readRefreshed(body: BodyReader): RefreshedFrame {
  const fields = body.fields("refreshed");
  return {
    type: "refreshed",
    validMs: fields.optionalCount("validMs"),
    error: fields.any("error") === undefined ? undefined : readErrorBody(fields.map("error")),
  };
}

/** Reads the body of a use frame. */
export function readUse(body: BodyReader): UseFrame {
  const fields = body.fields("use");
  return {
    type: "use",
    ref: fields.uint32("ref"),
    service: fields.string("service"),
    hash: fields.string("hash"),
  };
}

/** Reads the body of a used frame. */
export function readUsed(body: BodyReader): UsedFrame {
  const fields = body.fields("used");
  return {
    type: "used",
    ref: fields.uint32("ref"),
    equal: fields.boolean("equal"),
    wanted: fields.any("wanted") === true,
  };
}

/** Reads the body of a contract frame. */
export function readContract(body: BodyReader): ContractFrame {
  const fields = body.fields("contract");
  return { type: "contract", ref: fields.uint32("ref"), contract: fields.optionalString("contract") };
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
