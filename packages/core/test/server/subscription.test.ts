import { describe, expect, it } from "vitest";
import { SignalMode } from "../../src/server/delivery/signal.js";
import { ServerSubscription, type SubscriptionOptions } from "../../src/server/subscription.js";
import { FakeSession } from "../fake-session.js";

function create(options: Partial<SubscriptionOptions> = {}) {
  const session = new FakeSession();
  const woken = { times: 0 };
  const log = { mode: new SignalMode(), position: 0, topics: new Map() };
  const subscription = new ServerSubscription(session.asSession(), log, {
    id: 9,
    prefix: "",
    from: "now",
    creditItems: 100,
    creditBytes: 1_000_000,
    queueItems: 4,
    queueBytes: 1_000_000,
    wake: () => {
      woken.times += 1;
    },
    ...options,
  });
  let position = 0;
  const offer = (topic: string, seq: number, bytes = 10) => {
    position += 1;
    const row = { bytes: new Uint8Array(bytes).fill(seq), start: 0, length: bytes };
    subscription.offer({ type: "event", topic, seq, position, key: "", removed: false, publishedAt: 0, row });
  };
  /** What was sent: numbers of rows for events, ranges for gaps. */
  const sent = () =>
    session.frames.map((frame) => {
      if (frame.type === "events") return frame.rows.map(({ bytes }) => bytes[0]);
      return frame.type === "gap" ? `${frame.topic} ${frame.from}-${frame.to} ${frame.reason}` : frame.type;
    });
  return { session, subscription, offer, sent, woken };
}

describe("a subscription at the server, in mode signal,", () => {
  it("sends what waits in one frame", () => {
    const { subscription, offer, sent, woken } = create();
    offer("a", 1);
    offer("a", 2);
    expect([woken.times, subscription.queued]).toEqual([1, 2]);
    subscription.pump();
    expect(sent()).toEqual([[1, 2]]);
    expect(subscription.queued).toBe(0);
  });

  it("sends nothing without credit, and goes on when it is granted", () => {
    const { subscription, offer, sent } = create({ creditItems: 1 });
    offer("a", 1);
    offer("a", 2);
    subscription.pump();
    subscription.pump();
    expect(sent()).toEqual([[1]]);
    subscription.grant(1, 10);
    subscription.pump();
    expect(sent()).toEqual([[1], [2]]);
  });

  it("counts credit in bytes too: the last item may overdraw it", () => {
    const { subscription, offer, sent } = create({ creditBytes: 15 });
    for (const seq of [1, 2, 3]) offer("a", seq);
    subscription.pump();
    expect(sent()).toEqual([[1, 2]]);
    subscription.grant(2, 4);
    subscription.pump();
    expect(sent()).toEqual([[1, 2]]);
    subscription.grant(0, 2);
    subscription.pump();
    expect(sent()).toEqual([[1, 2], [3]]);
  });

  it("waits while the session has no room for events", () => {
    const { session, subscription, offer, sent } = create();
    session.hasEventRoom = false;
    offer("a", 1);
    subscription.pump();
    expect(sent()).toEqual([]);
    session.hasEventRoom = true;
    subscription.pump();
    expect(sent()).toEqual([[1]]);
  });

  it("drops the oldest of a full queue, and tells one gap per topic before what is left", () => {
    const { subscription, offer, sent } = create({ queueItems: 3 });
    for (const seq of [1, 2, 3, 4]) offer("a", seq);
    offer("b", 1);
    offer("a", 5);
    expect(subscription.dropped).toBe(3);
    subscription.pump();
    expect(sent()).toEqual(["a 1-3 slow-consumer", [4, 1, 5]]);
  });

  it("tells dropped topics each on its own", () => {
    const { subscription, offer, sent } = create({ queueItems: 1 });
    offer("a", 1);
    offer("b", 1);
    offer("a", 2);
    subscription.pump();
    expect(sent()).toEqual(["a 1-1 slow-consumer", "b 1-1 slow-consumer", [2]]);
  });

  it("received and gaps are everything that was published, exactly", () => {
    const { session, subscription, offer } = create({ queueItems: 5, creditItems: 0 });
    const published = 200;
    for (let seq = 1; seq <= published; seq++) {
      offer("a", seq % 256);
      if (seq % 7 === 0) subscription.grant(2, 20);
      if (seq % 3 === 0) subscription.pump();
    }
    subscription.grant(100, 10_000);
    subscription.pump();
    let next = 1;
    for (const frame of session.frames) {
      if (frame.type === "events") {
        for (const { bytes } of frame.rows) expect(bytes[0]).toBe(next++);
      } else if (frame.type === "gap") {
        expect(frame.from).toBe(next);
        next = frame.to! + 1;
      }
    }
    expect(next).toBe(published + 1);
  });

  it("holds a gap back until there is credit for it", () => {
    const { subscription, offer, sent } = create({ queueItems: 1, creditItems: 0 });
    offer("a", 1);
    offer("a", 2);
    subscription.pump();
    expect(sent()).toEqual([]);
    subscription.grant(1, 10);
    subscription.pump();
    expect(sent()).toEqual(["a 1-1 slow-consumer"]);
  });

  it("bounds its queue in bytes", () => {
    const { subscription, offer, sent } = create({ queueBytes: 25 });
    for (const seq of [1, 2, 3]) offer("a", seq);
    expect(subscription.dropped).toBe(1);
    // Two events, and the gap before them.
    expect(subscription.queued).toBe(3);
    subscription.pump();
    expect(sent()).toEqual(["a 1-1 slow-consumer", [2, 3]]);
  });

  it("keeps the newest event even if that alone is more than its queue takes", () => {
    const { subscription, offer, sent } = create({ queueBytes: 25 });
    offer("a", 1);
    offer("a", 2, 100);
    expect(subscription.dropped).toBe(1);
    subscription.pump();
    expect(sent()).toEqual(["a 1-1 slow-consumer", [2]]);
  });

  it("tells a gap for an event larger than its subscriber takes, and goes on", () => {
    const { session, subscription, offer, sent } = create();
    session.peerLimits = { ...session.peerLimits, maxPacketBytes: 2000 };
    offer("a", 1);
    offer("a", 2, 3000);
    offer("a", 3);
    subscription.pump();
    expect(sent()).toEqual([[1], "a 2-2 transport", [3]]);
    expect(subscription.dropped).toBe(1);
  });

  it("splits a long queue into frames that the peer takes", () => {
    const { subscription, offer, sent } = create({ queueItems: 100 });
    for (let seq = 1; seq <= 10; seq++) offer("a", seq, 10_000);
    subscription.pump();
    expect(sent()).toEqual([[1, 2, 3], [4, 5, 6], [7, 8, 9], [10]]);
  });

  it("has room while half its queue is free", () => {
    const { subscription, offer } = create({ queueItems: 4 });
    const seen = [subscription.hasRoom];
    for (const seq of [1, 2, 3]) {
      offer("a", seq);
      seen.push(subscription.hasRoom);
    }
    expect(seen).toEqual([true, true, true, false]);
  });
});
