import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { callOf, helloOf, packetOf } from "@rpc/core/testing";
import type { Attack } from "./attack.js";
import { answers, ending, endingOf } from "./results.js";

const numbered = { numbered: true, number: 1, acknowledged: 0, sentAt: 0 };

/** What can be done before there is a session. */
export const handshakeAttacks: readonly Attack[] = [
  {
    name: "an HTTP request",
    limit: "maxPacketBytes, 16 KiB before hello",
    expected: /^closed/,
    over: ["tcp"],
    unstoppedOverZmq: "libzmq takes it for an old greeting and waits for the rest; it is no connection",
    async run(field) {
      const socket = await field.socket();
      socket.write("GET / HTTP/1.1\r\nHost: desk\r\n\r\n");
      return endingOf(socket.resume());
    },
  },
  {
    name: "1 MB of random bytes",
    limit: "maxPacketBytes, 16 KiB before hello",
    expected: /^closed/,
    async run(field) {
      const socket = await field.socket();
      // Not a small number by chance.
      socket.write(Buffer.concat([Buffer.from([0x7f]), randomBytes(1_000_000)]));
      return endingOf(socket.resume());
    },
  },
  {
    name: "a packet that claims 4 GiB",
    limit: "maxPacketBytes, 16 KiB before hello",
    expected: /^closed/,
    over: ["tcp"],
    async run(field) {
      const socket = await field.socket();
      socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 1]));
      return endingOf(socket.resume());
    },
  },
  {
    name: "a packet of 17 KB before hello",
    limit: "maxPacketBytes, 16 KiB before hello",
    expected: /^closed/,
    async run(field) {
      const peer = await field.stranger();
      peer.raw(new Uint8Array(17_000));
      return ending(peer);
    },
  },
  {
    name: "half a packet, and silence",
    limit: "packetTimeoutMs",
    expected: /^closed/,
    over: ["tcp"],
    unstoppedOverZmq: "libzmq keeps an unfinished message; CURVE decides who may connect at all",
    async run(field) {
      const socket = await field.socket();
      socket.write(Buffer.from([0, 0, 1, 0, 1, 2, 3]));
      return endingOf(socket.resume());
    },
  },
  {
    name: "a hello a byte at a time",
    limit: "packetTimeoutMs, handshakeTimeoutMs",
    expected: /^closed/,
    over: ["tcp"],
    unstoppedOverZmq: "as above",
    async run(field) {
      const socket = await field.socket();
      const hello = Buffer.from(packetOf({ ...numbered, numbered: false, number: 0 }, [helloOf()]));
      const bytes = Buffer.concat([Buffer.from([0, 0, hello.length >>> 8, hello.length & 0xff]), hello]);
      const ended = endingOf(socket.resume());
      for (let at = 0; at < 60 && !socket.destroyed; at++) {
        socket.write(bytes.subarray(at, at + 1));
        await sleep(25);
      }
      return ended;
    },
  },
  {
    name: "a connection that says nothing",
    limit: "handshakeTimeoutMs",
    expected: /^closed/,
    over: ["tcp"],
    unstoppedOverZmq: "it is no connection until it says something, and costs libzmq a socket",
    async run(field) {
      const socket = await field.socket();
      return endingOf(socket.resume());
    },
  },
  {
    name: "300 connections that say nothing",
    limit: "handshakeTimeoutMs, maxConnections",
    expected: /^300 closed$/,
    over: ["tcp"],
    unstoppedOverZmq: "as above",
    async run(field) {
      const sockets = await Promise.all(Array.from({ length: 300 }, () => field.socket()));
      const ended = await Promise.all(sockets.map((socket) => endingOf(socket.resume())));
      return `${ended.filter((end) => end === "closed").length} closed`;
    },
  },
  {
    name: "700 connections at once, where 600 may be",
    limit: "maxConnections",
    expected: /^[1-9]\d* refused at once, the rest later$/,
    over: ["tcp"],
    unstoppedOverZmq: "who says nothing is no connection",
    async run(field) {
      const sockets = await Promise.all(Array.from({ length: 700 }, () => field.socket()));
      const ends = sockets.map((socket) => endingOf(socket.resume()));
      await sleep(300);
      const refused = sockets.filter((socket) => socket.destroyed).length;
      const all = (await Promise.all(ends)).every((end) => end === "closed");
      return all ? `${refused} refused at once, the rest later` : "some stay open";
    },
  },
  {
    name: "a packet of no known kind",
    limit: "the header's kind",
    expected: /^closed: protocol error: packet of unknown kind 71/,
    async run(field) {
      const peer = await field.stranger();
      peer.raw(new TextEncoder().encode("GET / HTTP/1.1"));
      return ending(peer);
    },
  },
  {
    name: "a numbered packet before hello",
    limit: "hello first",
    expected: /^closed: protocol error: a numbered packet before the handshake/,
    async run(field) {
      const peer = await field.stranger();
      peer.raw(packetOf(numbered, [callOf(1, "Target.echo", 1)]));
      return ending(peer);
    },
  },
  {
    name: "a call before hello",
    limit: "hello first",
    expected: /^closed: protocol error: call before the handshake/,
    async run(field) {
      const peer = await field.stranger();
      peer.say(callOf(1, "Target.echo", 1));
      return ending(peer);
    },
  },
  {
    name: "a hello without a session id",
    limit: "fields of hello",
    expected: /^closed: protocol error: hello.sessionId/,
    async run(field) {
      const peer = await field.stranger();
      peer.say(helloOf({ sessionId: new Uint8Array(3) }));
      return ending(peer);
    },
  },
  {
    name: "a hello that takes packets of 1 byte",
    limit: "least limits of a peer",
    expected: /^closed: protocol error: hello.limits.maxPacketBytes: expected at least 1024/,
    async run(field) {
      const peer = await field.stranger();
      peer.say(helloOf({ limits: { ...helloOf().limits, maxPacketBytes: 1 } }));
      return ending(peer);
    },
  },
  {
    name: "a hello of protocol 99",
    limit: "the protocol's version",
    expected: /^closed: the client speaks protocol 99/,
    async run(field) {
      const peer = await field.stranger();
      peer.say(helloOf({ protocol: 99 }));
      return ending(peer);
    },
  },
  {
    name: "a second hello",
    limit: "hello once",
    expected: /^closed: protocol error: hello on an open session/,
    async run(field) {
      const peer = await field.client();
      peer.say(helloOf());
      return ending(peer);
    },
  },
  {
    name: "somebody else's session with a guessed token",
    limit: "16 random bytes, compared in constant time",
    expected: /^closed: the session belongs to somebody else/,
    async run(field) {
      const sessionId = randomBytes(16);
      await field.client({ sessionId });
      const thief = await field.stranger();
      thief.say(helloOf({ sessionId, token: randomBytes(16) }));
      return ending(thief);
    },
  },
  {
    name: "1,000 sessions that are left at once, where 600 may be",
    limit: "maxSessions: empty ones without a connection make room",
    expected: /^1000 welcome$/,
    async run(field) {
      let welcome = 0;
      for (let visit = 0; visit < 1_000; visit += 20) {
        const peers = await Promise.all(Array.from({ length: 20 }, () => field.client()));
        welcome += peers.length;
        await Promise.all(peers.map((peer) => peer.close()));
      }
      return `${welcome} welcome`;
    },
  },
  {
    name: "a session resumed 200 times",
    limit: "the older connection ends",
    expected: /^200 welcome$/,
    async run(field) {
      const sessionId = randomBytes(16);
      const first = await field.stranger();
      first.say(helloOf({ sessionId }));
      const { token } = await first.next("welcome");
      let welcome = 0;
      for (let visit = 0; visit < 200; visit++) {
        const peer = await field.stranger();
        peer.say(helloOf({ sessionId, token }));
        if ((await peer.next("welcome")).resumed) welcome += 1;
        if (visit > 0) await peer.close();
      }
      return `${welcome} welcome`;
    },
  },
  {
    name: "2,000 connections that each break the protocol",
    limit: "10 lines of the log, then one in 10 s",
    expected: /^\d{1,2} lines of the log$/,
    async run(field) {
      const before = (await field.state())?.lines ?? 0;
      for (let visit = 0; visit < 2_000; visit += 50) {
        const peers = await Promise.all(Array.from({ length: 50 }, () => field.stranger()));
        for (const peer of peers) peer.say(callOf(1, "Target.echo", 1));
        await Promise.all(peers.map((peer) => answers(peer, 1)));
        await Promise.all(peers.map((peer) => peer.close()));
      }
      return `${((await field.state())?.lines ?? Infinity) - before} lines of the log`;
    },
  },
];
