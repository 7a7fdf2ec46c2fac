/** The `ws` package bare: a message for each question and answer, no codec, no ids. */
import { once } from "node:events";
import { WebSocket, WebSocketServer } from "ws";
import { connectRaw, RawServer } from "../dist/peers/raw-protocol.js";

// As the package's own documentation has it: no compression, which costs more than it saves on small messages.
const options = { perMessageDeflate: false };
const fullBytes = 1024 * 1024;

function send(socket, parts) {
  socket.send(parts.length === 1 ? parts[0] : Buffer.concat(parts));
  return socket.bufferedAmount < fullBytes;
}

async function drained(socket) {
  while (socket.bufferedAmount >= fullBytes) await new Promise((resolve) => setImmediate(resolve));
}

export const peer = {
  name: "raw-ws",
  about: "ws, one message each, no codec",
  async serve() {
    const raw = new RawServer();
    const server = new WebSocketServer({ ...options, host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    server.on("connection", (socket) => {
      const end = raw.add(
        (...parts) => send(socket, parts),
        () => drained(socket),
      );
      socket.on("message", (body) => end.receive(body));
      socket.on("close", () => end.leave());
    });
    return {
      url: `ws://127.0.0.1:${server.address().port}`,
      served: () => raw.served,
      async close() {
        for (const socket of server.clients) socket.terminate();
        server.close();
      },
    };
  },
  async connect(url) {
    const socket = new WebSocket(url, options);
    await once(socket, "open");
    return connectRaw({
      send: (...parts) => void send(socket, parts),
      listen: (receive) => void socket.on("message", receive),
      close: () => socket.terminate(),
    });
  },
};
