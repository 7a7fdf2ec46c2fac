import { type Contract, connect, expose, serve, service } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { checkName, name } from "../data.js";
import type { Peer } from "../peer.js";

type Method = (newName: string) => string;

/** A service of `count` methods over TCP, called one after the other: what it costs to find one among many. */
export function createManyMethods(count: number): Peer {
  const names = Array.from({ length: count }, (_, index) => `changeName${index}`);
  return {
    name: `tcp-methods-${count}`,
    about: `@rpc over TCP, a service of ${count} methods called in turn`,
    async serve() {
      let served = 0;
      const many = createService(names, (newName) => {
        served += 1;
        return newName;
      });
      const options = { transports: [tcp()], listen: "tcp://127.0.0.1:0", contract: createContract(names) };
      const server = await serve([many], options);
      return {
        url: server.urls[0]!,
        served: () => served,
        close: () => server.close({ graceMs: 0 }),
      };
    },
    async connect(url) {
      const client = await connect(url, { transports: [tcp()] });
      const many = client.service<Record<string, (newName: string) => Promise<string>>>("Many");
      let next = 0;
      return {
        async call() {
          next = next + 1 < count ? next + 1 : 0;
          checkName(await many[names[next]!]!(name));
        },
        close: () => client.close(),
      };
    },
  };
}

// A thousand methods are not written out: the decorators are functions.
function createService(names: readonly string[], run: Method): object {
  class Many {}
  for (const method of names) {
    const descriptor = { value: (newName: string) => run(newName), configurable: true, writable: true };
    Object.defineProperty(Many.prototype, method, descriptor);
    expose()(Many.prototype, method, descriptor);
  }
  service("Many")(Many);
  return new Many();
}

function createContract(names: readonly string[]): Contract {
  const text = { type: "string" };
  const member = { kind: "call", params: [{ name: "newName", type: text }], result: text } as const;
  return {
    rpcContract: 1,
    name: "@rpc/bench",
    hash: "sha256-many",
    types: {},
    services: {
      Many: { hash: "sha256-many", members: Object.fromEntries(names.map((each) => [each, member])) },
    },
  };
}
