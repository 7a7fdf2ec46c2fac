import { zmq } from "@rpc/transport-zmq";
import { unpack } from "msgpackr";
import { describe, expect, it } from "vitest";
import { Publisher, Subscriber } from "zeromq";
import { closeAll, listen, listenOptions } from "./ends.js";
import { FakePlain } from "./plain-access.js";
import { describeWithPython, runPeer } from "./python.js";

const url = "zmq://127.0.0.1:0";
const event = "TradingDesk.ticks";

/** A port that was free just now: a publish url has no way to tell which port 0 became. */
async function freePort(): Promise<number> {
  const socket = new Publisher({ linger: 0 });
  const ended = new Promise<void>((resolve) => socket.events.on("end", () => resolve()));
  await socket.bind("tcp://127.0.0.1:0");
  const port = Number(new URL(socket.lastEndpoint!).port);
  socket.close();
  await ended;
  return port;
}

describe("publish", () => {
  it("is refused off loopback, and leaves nothing bound", async () => {
    const port = await freePort();
    const publish = [
      { url: `zmq://127.0.0.1:${port}`, event },
      { url: "zmq://0.0.0.0:0", event },
    ];
    const plain = new FakePlain();
    const attempt = zmq({ plain: true, publish }).listen(new URL(url), listenOptions({ plain }), () => {});
    await expect(attempt).rejects.toMatchObject({
      code: "failed_precondition",
      message:
        "plain events are published on loopback only, got zmq://0.0.0.0:0; publish at 127.0.0.1 or zmq+ipc:, or give curve with allowedKeys",
    });
    expect(plain.listeners.size).toBe(0);
    const server = await listen(zmq(), `zmq://127.0.0.1:${port}`);
    await closeAll(server);
  });

  it("of an event that nobody serves is refused, and leaves nothing bound", async () => {
    const port = await freePort();
    const publish = [{ url: `zmq://127.0.0.1:${port}`, event: "TradingDesk.tocks" }];
    const plain = new FakePlain();
    const attempt = zmq({ plain: true, publish }).listen(new URL(url), listenOptions({ plain }), () => {});
    await expect(attempt).rejects.toThrow(new TypeError("no event TradingDesk.tocks"));
    const server = await listen(zmq(), `zmq://127.0.0.1:${port}`);
    await closeAll(server);
  });

  it("is bound once for several listeners, ends with the first, and can begin again", async () => {
    const plain = new FakePlain();
    const transport = zmq({ plain: true, publish: [{ url: `zmq://127.0.0.1:${await freePort()}`, event }] });
    for (let round = 0; round < 3; round += 1) {
      const [first, second] = await Promise.all([
        listen(transport, url, { plain }),
        listen(transport, url, { plain }),
      ]);
      expect(plain.listeners.size).toBe(1);
      await Promise.all([closeAll(first), closeAll(second)]);
      expect(plain.listeners.size).toBe(0);
    }
  });

  it("sends a subscriber what begins with its prefix, with values of its own", async () => {
    const port = await freePort();
    const plain = new FakePlain();
    const publish = [{ url: `zmq://127.0.0.1:${port}`, event }];
    const server = await listen(zmq({ plain: true, publish }), url, { plain });
    const subscriber = new Subscriber();
    subscriber.subscribe("A");
    subscriber.connect(`tcp://127.0.0.1:${port}`);
    const first = subscriber.receive();
    await publishUntil(plain, first);
    plain.publish("B.1", { price: 1 });
    plain.publish("A.1", { price: 2, text: "x".repeat(1_000) });
    let [topic, value] = await subscriber.receive();
    while (String(topic) === "A.hello") [topic, value] = await subscriber.receive();
    expect([String(topic), unpack(value!)]).toEqual(["A.1", { price: 2, text: "x".repeat(1_000) }]);
    subscriber.close();
    await closeAll(server);
  });
});

describeWithPython("publish to Python", () => {
  it("sends a SUB peer what begins with its prefix and nothing else", async () => {
    const port = await freePort();
    const plain = new FakePlain();
    const publish = [{ url: `zmq://127.0.0.1:${port}`, event }];
    const server = await listen(zmq({ plain: true, publish }), url, { plain });
    let told = () => {};
    const first = new Promise<void>((resolve) => {
      told = resolve;
    });
    const peer = runPeer("subscribe.py", [`tcp://127.0.0.1:${port}`, "A"], () => told());
    await publishUntil(plain, Promise.race([first, peer]));
    for (const topic of ["B.1", "A.1", "", "a.2", "AB.3", "BA.4", "A.end"]) plain.publish(topic, { topic });
    const heard = (await peer) as [string, unknown][];
    expect(heard.filter(([topic]) => topic !== "A.hello")).toEqual([
      ["A.1", { topic: "A.1" }],
      ["AB.3", { topic: "AB.3" }],
      ["A.end", { topic: "A.end" }],
    ]);
    await closeAll(server);
  });
});

// PUB does not tell when a subscription has arrived: say hello every turn until it shows.
async function publishUntil(plain: FakePlain, shown: Promise<unknown>): Promise<void> {
  let done = false;
  const finish = () => {
    done = true;
  };
  shown.then(finish, finish);
  while (!done) {
    plain.publish("A.hello", null);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
