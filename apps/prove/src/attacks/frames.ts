import { callOf, helloOf } from "@rpc/core/testing";
import type { Attack, Field } from "./attack.js";
import { answers, ending } from "./results.js";

type Frame = Parameters<Awaited<ReturnType<Field["client"]>>["send"]>[0];

const subscribe: Frame = {
  type: "subscribe",
  id: 1,
  service: "Target",
  event: "told",
  prefix: "",
  creditItems: 10,
  creditBytes: 1_000,
};
const refs = Array.from(
  { length: 1_025 },
  (_, ref): Frame => ({ type: "use", ref, service: "none", hash: "" }),
);

/** Frames that end the session of who sends them. */
const broken: readonly (readonly [name: string, limit: string, frames: readonly Frame[], told: RegExp])[] = [
  [
    "a reply that nobody waits for",
    "ids that are pending",
    [{ type: "reply", id: 7, value: 1 }],
    /not pending/,
  ],
  [
    "events, from a client",
    "frames of its side",
    [{ type: "events", id: 7, kind: "live", rows: [] }],
    /unexpected frame 0x34 \(events\)/,
  ],
  [
    "a goaway, from a client",
    "frames of its side",
    [{ type: "goaway", graceMs: 1 }],
    /unexpected frame 0x05 \(goaway\)/,
  ],
  [
    "a call id that is running",
    "ids that are free",
    [callOf(1, "Target.wait"), callOf(1, "Target.echo", 1)],
    /call id 1 is running already/,
  ],
  [
    "a subscription id that is taken",
    "ids that are free",
    [subscribe, subscribe],
    /subscription id 1 is taken/,
  ],
  [
    "a method by a number that was not agreed on",
    "numbers agreed on",
    [{ type: "call", id: 1, target: { ref: 3, member: 0 }, timeLeftMs: 1, args: [] }],
    /not agreed on/,
  ],
  ["1,025 services to agree on", "1,024 numbers of services", refs, /use of the number 1024 out of turn/],
  [
    "a contract that nobody asked for",
    "contracts asked for",
    [{ type: "contract", ref: 0, contract: "x".repeat(300_000) }],
    /not asked for/,
  ],
  [
    "items of a stream without credit",
    "streamCreditItems",
    [
      {
        type: "call",
        id: 1,
        target: { service: "Target", method: "sum" },
        timeLeftMs: 10_000,
        args: [null],
        extras: { oneway: false, credit: undefined, passed: [{ index: 0, kind: "stream", id: 0 }] },
      },
      { type: "items", id: 1, stream: 1, index: 0, count: 2_000, encoded: new Uint8Array(2_000) },
    ],
    /./,
  ],
];

const refused = ["__proto__", "constructor", "then", "toString", "secret", "absent", "$with", "told"];

/** Frames out of their place. */
export const frameAttacks: readonly Attack[] = [
  ...broken.map(
    ([name, limit, frames, told]): Attack => ({
      name,
      limit,
      expected: new RegExp(`^closed: protocol error: .*${told.source}`),
      async run(field) {
        const peer = await field.client();
        peer.send(...frames);
        return ending(peer);
      },
    }),
  ),
  {
    name: "items and credit for streams that never were",
    limit: "streams that are open; for others they are dropped",
    expected: /^1 reply$/,
    async run(field) {
      const peer = await field.client();
      peer.send(
        { type: "items", id: 9, stream: 1, index: 0, count: 1, encoded: new Uint8Array(1) },
        { type: "credit", id: 9, stream: 0, items: 10, bytes: 10 },
        { type: "end", id: 9, stream: 1, error: undefined },
        callOf(1, "Target.echo", 1),
      );
      return answers(peer, 1);
    },
  },
  {
    name: "a frame of no known type",
    limit: "types of frames",
    expected: /^closed: protocol error: unexpected frame 0x7f/,
    async run(field) {
      const peer = await field.client();
      peer.sendBody(0x7f, 0, 0, 0, 0);
      return ending(peer);
    },
  },
  {
    name: "a frame longer than its packet",
    limit: "length claims",
    expected: /^closed: protocol error: frame of 4294967295 bytes/,
    async run(field) {
      const peer = await field.client();
      peer.sendBody(0x15, 255, 255, 255, 255, 1);
      return ending(peer);
    },
  },
  {
    name: "an acknowledgement of what was never sent",
    limit: "packet numbers",
    expected: /^closed: protocol error: acknowledgement of 500/,
    async run(field) {
      const peer = await field.client();
      peer.received = 500;
      peer.say({ type: "ping", answer: false });
      return ending(peer);
    },
  },
  {
    name: "a packet number that jumps",
    limit: "packet numbers",
    expected: /^closed$/,
    async run(field) {
      const peer = await field.client();
      peer.sent = 1_000;
      peer.send(callOf(1, "Target.echo", 1));
      return ending(peer);
    },
  },
  {
    name: "a packet of 5 MB",
    limit: "maxPacketBytes",
    expected: /^closed/,
    async run(field) {
      const peer = await field.client();
      peer.send(callOf(1, "Target.echo", "x".repeat(5_000_000)));
      return ending(peer);
    },
  },
  {
    name: "members that are not exposed: __proto__, constructor, then, $with, a private method",
    limit: "exposed members only, by exact name",
    expected: /^8 error unimplemented$/,
    async run(field) {
      const peer = await field.client();
      peer.send(...refused.map((name, index) => callOf(index + 1, `Target.${name}`)));
      return answers(peer, refused.length);
    },
  },
  {
    name: "a method's name of 1 MB",
    limit: "names shortened in answers",
    expected: /^1 error unimplemented$/,
    async run(field) {
      const peer = await field.client({ limits: { ...helloOf().limits, maxPacketBytes: 1024 } });
      peer.send(callOf(1, `Target.${"x".repeat(1_000_000)}`));
      return answers(peer, 1);
    },
  },
  {
    name: "a method that fails",
    limit: "no stack, path or inner message leaves",
    expected: /^internal: Target.fail: internal error \(error id [0-9a-f]{16}; the server's log has it\)$/,
    async run(field) {
      const peer = await field.client();
      peer.send(callOf(1, "Target.fail"));
      const { code, message } = await peer.next("error");
      return `${code}: ${message}`;
    },
  },
];
