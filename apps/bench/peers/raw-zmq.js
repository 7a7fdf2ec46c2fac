/** zeromq.js bare: DEALER and ROUTER, a message for each question and answer, or for all of a turn; no codec. */
import { Dealer, Router } from "zeromq";
import { RawFrames } from "../dist/peers/raw-frames.js";
import { connectRaw, RawServer } from "../dist/peers/raw-protocol.js";
import { TurnBuffer } from "../dist/peers/turn-buffer.js";

/** Sends in the order of the calls: a socket takes one send at a time. Returns true while few wait. */
function createSender(socket) {
  const waiting = [];
  let running = false;
  async function run() {
    running = true;
    for (let message = waiting.shift(); message !== undefined; message = waiting.shift())
      await socket.send(message);
    running = false;
  }
  const send = (message) => {
    waiting.push(message);
    if (!running) void run();
    return waiting.length < 1_000;
  };
  const drained = async () => {
    while (waiting.length >= 1_000) await new Promise((resolve) => setImmediate(resolve));
  };
  return { send, drained };
}

/** A message each. */
const alone = {
  createSend: (send) => (parts) => send(parts.length === 1 ? parts[0] : Buffer.concat(parts)),
  createReceive: (receive) => receive,
};

/** A message for all that is sent in a turn of the event loop. */
const inTurns = {
  createSend(send) {
    let room = true;
    const turn = new TurnBuffer((block) => {
      room = send(block);
    });
    return (parts) => {
      turn.add(parts);
      return room;
    };
  },
  createReceive(receive) {
    const frames = new RawFrames(receive);
    return (block) => frames.push(block);
  },
};

const highWaterMarks = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 0 };

/** Hands every message to `receive` until the socket is closed. */
async function readAll(socket, receive) {
  try {
    for await (const parts of socket) receive(parts);
  } catch (error) {
    if (!socket.closed) throw error;
  }
}

export function createRawZmq(name, about, { createSend, createReceive }) {
  return {
    name,
    about,
    async serve() {
      const raw = new RawServer();
      const router = new Router(highWaterMarks);
      await router.bind("tcp://127.0.0.1:0");
      const { send, drained } = createSender(router);
      const receivers = new Map();
      const meet = (route) => {
        const answer = createSend((body) => send([route, body]));
        const end = raw.add((...parts) => answer(parts), drained);
        return createReceive((body) => end.receive(body));
      };
      void readAll(router, ([route, body]) => {
        const id = route.toString("latin1");
        if (!receivers.has(id)) receivers.set(id, meet(route));
        receivers.get(id)(body);
      });
      return { url: router.lastEndpoint, served: () => raw.served, close: async () => router.close() };
    },
    async connect(url) {
      const dealer = new Dealer(highWaterMarks);
      dealer.connect(url);
      const { send } = createSender(dealer);
      const ask = createSend(send);
      return connectRaw({
        send: (...parts) => void ask(parts),
        listen(receive) {
          const take = createReceive(receive);
          void readAll(dealer, ([body]) => take(body));
        },
        close: () => dealer.close(),
      });
    },
  };
}

export const peer = createRawZmq("raw-zmq", "zeromq.js DEALER and ROUTER, one message each, no codec", alone);

/** What is possible. */
export const batched = createRawZmq(
  "raw-zmq-batched",
  "zeromq.js DEALER and ROUTER, one message per turn, no codec",
  inTurns,
);
