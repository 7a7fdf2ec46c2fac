import { leastLimits } from "../limits.js";
import type { BodyReader } from "./body-reader.js";
import { readErrorBody } from "./error-frame.js";
import type { Fields } from "./fields.js";
import type {
  ContractFrame,
  HelloFrame,
  PeerLimits,
  RefreshedFrame,
  UsedFrame,
  UseFrame,
  WelcomeFrame,
} from "./frame.js";

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
