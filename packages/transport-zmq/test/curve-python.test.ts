import { Event, event, expose, serve, service } from "@rpc/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type CurveFolder, createCurveFolder, serving } from "./curve-pair.js";
import { describeWithPython, runPeer } from "./python.js";

@service("Person")
class Person {
  @event() readonly renamed = new Event<string>();

  @expose() changeName(name: string): void {
    this.renamed.publish(name, name);
  }
}

let folder: CurveFolder;
beforeEach(() => {
  folder = createCurveFolder();
});
afterEach(() => folder.remove());

describeWithPython("Python REQ and SUB peers behind CURVE", () => {
  it("call and hear off loopback with an allowed key, and get no answer with another", async () => {
    const eventUrl = `zmq+ipc:${folder.allowedKeysFile}.events`;
    const transport = serving(folder, { plain: true, publish: [{ url: eventUrl, event: "Person.renamed" }] });
    const server = await serve([new Person()], { transports: [transport], listen: "zmq://0.0.0.0:0" });
    const url = server.urls[0]!.replace("zmq://0.0.0.0", "tcp://127.0.0.1");
    const run = (keys: { publicKey: string; secretKey: string }, timeoutMs: number) =>
      runPeer("curve.py", [
        url,
        eventUrl.replace("zmq+ipc:", "ipc://"),
        folder.server.publicKey,
        keys.publicKey,
        keys.secretKey,
        String(timeoutMs),
      ]);
    const [answers, refused] = await Promise.all([run(folder.alice, 10_000), run(folder.bob, 500)]);
    expect(answers.at(0)).toEqual([true, null]);
    expect(answers.at(-1)).toEqual(["Alex", "Alex"]);
    expect(refused).toEqual(["nobody answers"]);
    await server.close();
  });
});
