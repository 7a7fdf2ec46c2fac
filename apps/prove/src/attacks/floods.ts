import { setTimeout as sleep } from "node:timers/promises";
import { callOf } from "@rpc/core/testing";
import type { Attack, Field } from "./attack.js";
import { answers, ending } from "./results.js";

type Peer = Awaited<ReturnType<Field["client"]>>;
type Frame = Parameters<Peer["send"]>[0];

/** Frames in packets of some hundred, with turns between them for who else is there. */
async function flood(peer: Peer, count: number, frame: (id: number) => Frame): Promise<void> {
  for (let id = 1; id <= count; ) {
    const frames: Frame[] = [];
    for (; frames.length < 500 && id <= count; id++) frames.push(frame(id));
    peer.send(...frames);
    await sleep(0);
  }
}

function passing(id: number, method: string, kind: "stream" | "callback", own: number): Frame {
  const extras = { oneway: false, credit: undefined, passed: [{ index: 0, kind, id: own }] };
  return { type: "call", id, target: { service: "Target", method }, timeLeftMs: 5_000, args: [null], extras };
}

/** Too much of what is allowed. */
export const floodAttacks: readonly Attack[] = [
  {
    name: "50,000 calls in one packet",
    limit: "a turn of 2,048 frames, maxRunningCalls",
    expected: /^50000 reply$/,
    async run(field) {
      const peer = await field.client();
      peer.send(...Array.from({ length: 50_000 }, (_, index) => callOf(index + 1, "Target.echo", 1)));
      return answers(peer, 50_000);
    },
  },
  {
    name: "5,000 calls that never end",
    limit: "maxRunningCalls",
    expected: /^3976 error resource_exhausted$/,
    async run(field) {
      const peer = await field.client();
      await flood(peer, 5_000, (id) => callOf(id, "Target.wait"));
      return answers(peer, 3_976);
    },
  },
  {
    name: "100,000 calls whose answers are never read",
    limit: "sendBufferBytes, maxRunningCalls",
    expected: /^closed: protocol error: calls beyond maxRunningCalls \(1024\), answers unread/,
    async run(field) {
      const peer = await field.client();
      mute(peer);
      await flood(peer, 100_000, (id) => callOf(id, "Target.large", 2_000));
      return ending(peer);
    },
  },
  {
    name: "answers of 100 MB that are never acknowledged",
    limit: "sendBufferBytes",
    expected: /^at most \d{1,2} MB more memory$/,
    async run(field) {
      const before = (await field.state())?.rssBytes ?? 0;
      const peer = await field.client();
      mute(peer);
      await flood(peer, 100, (id) => callOf(id, "Target.large", 1_000_000));
      await sleep(500);
      const grown = ((await field.state())?.rssBytes ?? Infinity) - before;
      return `at most ${Math.max(0, Math.ceil(grown / 2 ** 20))} MB more memory`;
    },
  },
  {
    name: "100,000 cancels",
    limit: "a turn of 2,048 frames",
    expected: /^1 reply$/,
    async run(field) {
      const peer = await field.client();
      await flood(peer, 100_000, (id) => ({ type: "cancel", id }));
      peer.send(callOf(1, "Target.echo", 1));
      return answers(peer, 1);
    },
  },
  {
    name: "20,000 calls, each cancelled at once",
    limit: "a turn of 2,048 frames, maxRunningCalls",
    expected: /^20000 error/,
    async run(field) {
      const peer = await field.client();
      await flood(peer, 40_000, (id) =>
        id % 2 === 1 ? callOf(id, "Target.wait") : { type: "cancel", id: id - 1 },
      );
      const got = await answers(peer, 20_000);
      const count = peer.frames.filter(({ type }) => type === "error" || type === "reply").length;
      return `${count} error or reply (${got})`;
    },
  },
  {
    name: "100,000 pings in packets of 1,000",
    limit: "a turn of 2,048 frames; what the pipe does not take is not answered",
    expected: /^1 reply after \d+ pings$/,
    async run(field) {
      const peer = await field.client();
      const pings = Array.from({ length: 1_000 }, (): Frame => ({ type: "ping", answer: false }));
      for (let packet = 0; packet < 100; packet++) {
        peer.say(...pings);
        await sleep(0);
      }
      peer.send(callOf(1, "Target.echo", 1));
      await peer.next("reply");
      return `1 reply after ${peer.frames.length} pings`;
    },
  },
  {
    name: "5,000 subscriptions",
    limit: "maxSubscriptions",
    expected:
      /^(1024 subscribed, )?3976 unsubscribed resource_exhausted(, 1024 subscribed)?$|^1024 subscribed, 3976 unsubscribed resource_exhausted$/,
    async run(field) {
      const peer = await field.client();
      await flood(peer, 5_000, (id) => subscription(id, "told"));
      return answers(peer, 5_000);
    },
  },
  {
    name: "5,000 subscriptions, ended at once, 5 times",
    limit: "a turn of 2,048 frames",
    expected: /^25000 subscribed$/,
    async run(field) {
      const peer = await field.client();
      await flood(peer, 50_000, (id) =>
        id % 2 === 1 ? subscription(id, "told") : { type: "unsubscribe", id: id - 1 },
      );
      return answers(peer, 25_000);
    },
  },
  {
    name: "1,000 topics, where 100 may be",
    limit: "maxTopics",
    expected: /^\d+ reply, 9\d\d error resource_exhausted$|^1000 error resource_exhausted$/,
    async run(field) {
      const peer = await field.client();
      await flood(peer, 1_000, (id) => callOf(id, "Target.publish", `flood.${id}`, "x"));
      return answers(peer, 1_000);
    },
  },
  {
    name: "a subscriber that never gives credit back, 20,000 events",
    limit: "subscriptionQueueItems",
    expected: /^at most \d{1,2} MB more memory$/,
    async run(field) {
      const peer = await field.client();
      peer.send({ ...subscription(1, "told"), creditItems: 1 } as Frame);
      await peer.next("subscribed");
      const before = (await field.state())?.rssBytes ?? 0;
      const publisher = await field.client();
      await flood(publisher, 20_000, (id) => callOf(id, "Target.publish", "slow", "x".repeat(100)));
      await answers(publisher, 20_000);
      const grown = ((await field.state())?.rssBytes ?? Infinity) - before;
      return `at most ${Math.max(0, Math.ceil(grown / 2 ** 20))} MB more memory`;
    },
  },
  {
    name: "a topic prefix of 1 MB",
    limit: "256 bytes of a topic",
    expected: /^1 unsubscribed invalid_argument$/,
    async run(field) {
      const peer = await field.client();
      peer.send({ ...subscription(1, "told"), prefix: "x".repeat(1_000_000) } as Frame);
      return answers(peer, 1);
    },
  },
  {
    name: "credit without end",
    limit: "2³² − 1 of credit",
    expected: /^closed: protocol error|^1 reply$/,
    async run(field) {
      const peer = await field.client();
      peer.send(subscription(1, "told"));
      await flood(peer, 10, () => ({
        type: "subscriptionCredit",
        id: 1,
        items: 2 ** 32 - 1,
        bytes: 2 ** 32 - 1,
      }));
      peer.send(callOf(1, "Target.echo", 1));
      await peer.next("subscribed");
      return answers(peer, 1);
    },
  },
  {
    name: "1,000 streams",
    limit: "maxStreams",
    expected: /936 error resource_exhausted/,
    async run(field) {
      const peer = await field.client();
      await flood(peer, 1_000, (id) => passing(id, "sum", "stream", 0));
      return answers(peer, 936);
    },
  },
  {
    name: "5,000 callbacks that are never given back",
    limit: "maxCallbacks",
    expected: /3976 error resource_exhausted/,
    async run(field) {
      const peer = await field.client();
      await flood(peer, 5_000, (id) => passing(id, "listen", "callback", id));
      return answers(peer, 1_024 + 2 * 3_976);
    },
  },
  {
    name: "metadata of 1 MB",
    limit: "maxMetadataBytes",
    expected: /^1 error resource_exhausted$/,
    async run(field) {
      const peer = await field.client();
      peer.send({ ...callOf(1, "Target.echo", 1), metadata: { trace: "x".repeat(1_000_000) } });
      return answers(peer, 1);
    },
  },
  {
    name: "20,000 one-way calls, more than were allowed",
    limit: "maxRunningCalls of one-way calls",
    expected: /^closed: protocol error|^\d+ credit$/,
    async run(field) {
      const peer = await field.client();
      const extras = { oneway: true, credit: undefined, passed: undefined };
      await flood(peer, 20_000, (id) => ({ ...callOf(id, "Target.note", "x"), extras }) as Frame);
      return answers(peer, 10);
    },
  },
  {
    name: "5,000 calls with values of 1,000 elements each",
    limit: "maxNodes of each, a turn of 8 ms",
    expected: /^5000 reply$/,
    async run(field) {
      const peer = await field.client();
      const value = Array.from({ length: 1_000 }, (_, index) => index);
      for (let id = 1; id <= 5_000; id += 50) {
        peer.send(...Array.from({ length: 50 }, (_, index) => callOf(id + index, "Target.echo", value)));
        await sleep(0);
      }
      return answers(peer, 5_000);
    },
  },
];

function subscription(id: number, event: string): Frame {
  return { type: "subscribe", id, service: "Target", event, prefix: "", creditItems: 10, creditBytes: 1_000 };
}

/** From now on nothing that comes is acknowledged. */
function mute(peer: Peer): void {
  Object.defineProperty(peer, "received", { get: () => 0, set() {} });
}
