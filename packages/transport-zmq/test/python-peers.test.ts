import {
  type Contract,
  connect,
  Event,
  event,
  expose,
  type Remote,
  RpcError,
  type Server,
  serve,
  service,
} from "@rpc/core";
import { zmq } from "@rpc/transport-zmq";
import { afterEach, expect, it } from "vitest";
import { describeWithPython, runPeer } from "./python.js";

@service("Person")
class Person {
  #name = "小红";
  #age = 18;
  @event() readonly renamed = new Event<{ from: string; to: string }>();

  @expose() getName(): string {
    return this.#name;
  }
  @expose() changeName(newName: string): void {
    this.renamed.publish(newName, { from: this.#name, to: newName });
    this.#name = newName;
  }
  @expose() describe(greeting: string, punctuation: string): string {
    return `${greeting} ${this.#name}${punctuation}`;
  }
  @expose() refuse(): void {
    throw new RpcError("permission_denied", "not for you");
  }
  @expose() crash(): void {
    throw new Error(`a secret about someone aged ${this.#age}`);
  }
}

@service("Desk")
class Desk {
  @expose() crash(): void {}
  @expose() price(symbol: string): number {
    return symbol.length;
  }
}

const text = { type: "string" };
const contract: Contract = {
  rpcContract: 1,
  name: "test",
  hash: "sha256-test",
  types: {},
  services: {
    Person: {
      hash: "sha256-person",
      members: {
        changeName: { kind: "call", params: [{ name: "newName", type: text }], result: { "x-js": "void" } },
        crash: { kind: "call", params: [], result: { "x-js": "void" } },
        describe: {
          kind: "call",
          params: [
            { name: "greeting", type: text },
            { name: "punctuation", type: text },
          ],
          result: text,
        },
        getName: { kind: "call", params: [], result: text },
        refuse: { kind: "call", params: [], result: { "x-js": "void" } },
        renamed: { kind: "event", mode: "signal", payload: {} },
      },
    },
    Desk: {
      hash: "sha256-desk",
      members: {
        crash: { kind: "call", params: [], result: { "x-js": "void" } },
        price: { kind: "call", params: [{ name: "symbol", type: text }], result: { type: "number" } },
      },
    },
  },
};

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(transport = zmq({ plain: true })): Promise<{ server: Server; url: string }> {
  const server = await serve([new Person(), new Desk()], {
    transports: [transport],
    listen: "zmq://127.0.0.1:0",
    contract,
  });
  servers.push(server);
  return { server, url: server.urls[0]! };
}

describeWithPython("a Python REQ peer of a real server", () => {
  it("calls by full name, by bare name where one service has it, and by keyword", async () => {
    const { url } = await start();
    const answers = await callFromPython(url, [
      ["Person.getName", []],
      ["price", ["AAPL"]],
      ["Person.changeName", ["Alex"]],
      ["getName", []],
      ["Person.describe", ["hello"], { punctuation: "!" }],
      ["Person.describe", [], { punctuation: "?", greeting: "hi" }],
    ]);
    expect(answers).toEqual([
      [true, "小红"],
      [true, 4],
      [true, null],
      [true, "Alex"],
      [true, "hello Alex!"],
      [true, "hi Alex?"],
    ]);
  });

  it("gets an error with a code for what is absent, ambiguous, refused or malformed, and goes on", async () => {
    const { url } = await start();
    const answers = await callFromPython(url, [
      ["Person.getSalary", []],
      ["crash", []],
      ["Person.refuse", []],
      ["Person.crash", []],
      ["Person.describe", ["hello"], { greeting: "twice" }],
      ["Person.describe", [], { nonsense: 1 }],
      "no request",
      ["Person.getName", "no list"],
      ["Person.getName", []],
    ]);
    const codes = answers.map((answer) => (answer as [boolean, { code: string }])[1].code ?? "value");
    expect(codes).toEqual([
      "unimplemented",
      "invalid_argument",
      "permission_denied",
      "internal",
      "invalid_argument",
      "invalid_argument",
      "invalid_argument",
      "invalid_argument",
      "value",
    ]);
    expect(JSON.stringify(answers)).not.toContain("secret");
    expect(JSON.stringify(answers[1])).toContain("Person and Desk");
  });

  it("shares the address with clients that have sessions", async () => {
    const { url } = await start();
    await using client = await connect(url, { transports: [zmq()] });
    const person = client.service<Remote<Person>>("Person");
    await callFromPython(url, [["Person.changeName", ["Ann"]]]);
    expect(await person.getName()).toBe("Ann");
  });
});

describeWithPython("a Python SUB peer of a real server", () => {
  it("gets what starts with its prefix, and nothing else", async () => {
    const publish = [{ url: "zmq+ipc:/tmp/rpc-python-sub.sock", event: "Person.renamed" }];
    const { url } = await start(zmq({ plain: true, publish }));
    await using client = await connect(url, { transports: [zmq()] });
    const person = client.service<Remote<Person>>("Person");
    let seen = 0;
    let over = false;
    const peer = runPeer("subscribe.py", ["ipc:///tmp/rpc-python-sub.sock", "A"], () => {
      seen += 1;
    });
    // PUB sends nothing to who has not arrived yet: names change until the first is seen.
    const naming = (async () => {
      while (seen === 0) for (const name of ["Bob", "Alex"]) await person.changeName(name);
      await person.changeName("B.end");
      await person.changeName("A.end");
      over = true;
    })();
    const items = (await peer) as [string, { from: string; to: string }][];
    await naming;
    expect(over).toBe(true);
    expect(items.every(([topic]) => topic.startsWith("A"))).toBe(true);
    expect(items.at(-1)).toEqual(["A.end", { from: "B.end", to: "A.end" }]);
  });
});

function callFromPython(url: string, requests: readonly unknown[]): Promise<unknown[]> {
  return runPeer("call.py", [url.replace("zmq:", "tcp:"), JSON.stringify(requests)]);
}
