import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { checkAnswer, name, type Peer } from "./peer.js";

/** The raw socket: a length, the bytes, one write per message, no codec, no ids. */
export const rawNet: Peer = {
  name: "raw-net",
  about: "node:net, one write per message, no codec",
  async serve() {
    let served = 0;
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.setNoDelay(true));
      receive(socket, (body) => {
        served += 1;
        send(socket, body);
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return {
      url: String((server.address() as AddressInfo).port),
      served: () => served,
      async close() {
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    };
  },
  async connect(url) {
    const socket = connect(Number(url), "127.0.0.1").setNoDelay(true);
    await once(socket, "connect");
    // Answers come in the order of the questions, so a queue is all the bookkeeping there is.
    const waiting: ((body: Buffer) => void)[] = [];
    receive(socket, (body) => waiting.shift()?.(body));
    const question = Buffer.from(name);
    return {
      call: () =>
        new Promise((resolve, reject) => {
          waiting.push((body) => {
            try {
              checkAnswer(body.toString());
              resolve();
            } catch (error) {
              reject(error);
            }
          });
          send(socket, question);
        }),
      async close() {
        socket.destroy();
      },
    };
  },
};

function send(socket: Socket, body: Buffer): void {
  const message = Buffer.allocUnsafe(4 + body.length);
  message.writeUInt32BE(body.length);
  body.copy(message, 4);
  socket.write(message);
}

function receive(socket: Socket, message: (body: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE()) {
      const end = 4 + bytes.readUInt32BE();
      message(bytes.subarray(4, end));
      bytes = bytes.subarray(end);
    }
    rest = bytes;
  });
  socket.on("error", () => socket.destroy());
}
