/** birpc over WebSocket with JSON, as its documentation has it. */
import { once } from "node:events";
import { createBirpc } from "birpc";
import { WebSocket, WebSocketServer } from "ws";
import { checkName, checkOrder, name, order } from "../dist/data.js";

let served = 0;
const functions = {
  changeName(newName) {
    served += 1;
    return newName;
  },
  echo(value) {
    served += 1;
    return value;
  },
};

function over(socket, own) {
  return createBirpc(own, {
    post: (data) => socket.send(data),
    on: (receive) => socket.on("message", receive),
    serialize: (value) => JSON.stringify(value),
    deserialize: (data) => JSON.parse(data),
  });
}

export const peer = {
  name: "birpc",
  about: "birpc over ws, JSON",
  async serve() {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    server.on("connection", (socket) => over(socket, functions));
    return {
      url: `ws://127.0.0.1:${server.address().port}`,
      served: () => served,
      async close() {
        for (const socket of server.clients) socket.terminate();
        server.close();
      },
    };
  },
  async connect(url) {
    const socket = new WebSocket(url);
    await once(socket, "open");
    const rpc = over(socket, {});
    return {
      call: async () => checkName(await rpc.changeName(name)),
      object: async () => checkOrder(await rpc.echo(order)),
      close: async () => socket.terminate(),
    };
  },
};
