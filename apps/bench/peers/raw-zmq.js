/** zeromq.js bare: DEALER and ROUTER, a message for each question and answer, no codec. */
import { Dealer, Router } from "zeromq";
import { connectRaw, RawServer } from "../dist/peers/raw-protocol.js";

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

const whole = (parts) => (parts.length === 1 ? parts[0] : Buffer.concat(parts));
const highWaterMarks = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 0 };

export const peer = {
  name: "raw-zmq",
  about: "zeromq.js DEALER and ROUTER, one message each, no codec",
  async serve() {
    const raw = new RawServer();
    const router = new Router(highWaterMarks);
    await router.bind("tcp://127.0.0.1:0");
    const { send, drained } = createSender(router);
    const ends = new Map();
    void (async () => {
      try {
        for await (const [route, body] of router) {
          const id = route.toString("latin1");
          if (!ends.has(id))
            ends.set(
              id,
              raw.add((...parts) => send([route, whole(parts)]), drained),
            );
          ends.get(id).receive(body);
        }
      } catch (error) {
        if (!router.closed) throw error;
      }
    })();
    return { url: router.lastEndpoint, served: () => raw.served, close: async () => router.close() };
  },
  async connect(url) {
    const dealer = new Dealer(highWaterMarks);
    dealer.connect(url);
    const { send } = createSender(dealer);
    return connectRaw({
      send: (...parts) => void send(whole(parts)),
      listen(receive) {
        void (async () => {
          try {
            for await (const [body] of dealer) receive(body);
          } catch (error) {
            if (!dealer.closed) throw error;
          }
        })();
      },
      close: () => dealer.close(),
    });
  },
};
