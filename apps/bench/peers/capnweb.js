/** Cap'n Web over WebSocket, as its documentation has it. */
import { once } from "node:events";
import { newWebSocketRpcSession, RpcTarget } from "capnweb";
import { WebSocket, WebSocketServer } from "ws";
import { checkName, checkOrder, name, order } from "../dist/data.js";

// It takes the WebSocket of the platform, which Node has from 22 on.
globalThis.WebSocket ??= WebSocket;

let served = 0;
class Bench extends RpcTarget {
  changeName(newName) {
    served += 1;
    return newName;
  }
  echo(value) {
    served += 1;
    return value;
  }
}

export const peer = {
  name: "capnweb",
  about: "Cap'n Web over WebSocket",
  async serve() {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    server.on("connection", (socket) => newWebSocketRpcSession(socket, new Bench()));
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
    const bench = newWebSocketRpcSession(socket);
    return {
      call: async () => checkName(await bench.changeName(name)),
      object: async () => checkOrder(await bench.echo(order)),
      close: async () => socket.terminate(),
    };
  },
};
