import { connect, expose, type Remote, serve, service, type Transport } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { checkAnswer, name, type Peer } from "./peer.js";

@service("Person")
class Person {
  served = 0;
  #name = "";

  @expose()
  changeName(newName: string): string {
    this.served += 1;
    this.#name = newName;
    return this.#name;
  }
}

/** This framework as a user has it: sessions, scan, deadlines, decorated classes, the dynamic client. */
export const oursOverTcp: Peer = createOurs(
  "rpc-tcp",
  "@rpc over TCP, everything on",
  tcp,
  () => "tcp://127.0.0.1:0",
);

/** The same over a unix socket. */
export const oursOverUnix: Peer = createOurs(
  "rpc-unix",
  "@rpc over a unix socket, everything on",
  tcp,
  () => `unix:/tmp/rpc-bench-${process.pid}.sock`,
);

function createOurs(peer: string, about: string, transport: () => Transport, listen: () => string): Peer {
  return {
    name: peer,
    about,
    async serve() {
      const person = new Person();
      const server = await serve([person], { transports: [transport()], listen: listen() });
      return { url: server.urls[0]!, served: () => person.served, close: () => server.close({ graceMs: 0 }) };
    },
    async connect(url) {
      const client = await connect(url, { transports: [transport()] });
      const person = client.service<Remote<Person>>("Person");
      return { call: async () => checkAnswer(await person.changeName(name)), close: () => client.close() };
    },
  };
}
