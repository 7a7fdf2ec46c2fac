import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Peer } from "../peer.js";
import { RawFrames } from "./raw-frames.js";
import { connectRaw, RawServer } from "./raw-protocol.js";
import { TurnBuffer } from "./turn-buffer.js";

/** The raw socket: a length, the bytes, no codec, no ids. */
export const rawNet: Peer = createRawNet("raw-net", "node:net, one write per message, no codec", send);

/** The same with one write for all that is sent in a turn of the event loop. */
export const rawNetBatched: Peer = createRawNet(
  "raw-net-batched",
  "node:net, one write per turn, no codec",
  sendInTurn,
);

type Send = (socket: Socket, parts: readonly Uint8Array[]) => boolean;

function createRawNet(name: string, about: string, write: Send): Peer {
  return {
    name,
    about,
    async serve() {
      const raw = new RawServer();
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket.setNoDelay(true));
        const end = raw.add(
          (...parts) => write(socket, parts),
          () => once(socket, "drain"),
        );
        const frames = new RawFrames((body) => end.receive(body));
        socket.on("data", (chunk) => frames.push(chunk));
        socket.on("error", () => socket.destroy());
        socket.on("close", () => end.leave());
      });
      await once(server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }), "listening");
      return {
        url: String((server.address() as AddressInfo).port),
        served: () => raw.served,
        async close() {
          for (const socket of sockets) socket.destroy();
          server.close();
        },
      };
    },
    async connect(url) {
      const socket = connect(Number(url), "127.0.0.1").setNoDelay(true);
      await once(socket, "connect");
      const client = connectRaw({
        send: (...parts) => void write(socket, parts),
        listen(receive) {
          const frames = new RawFrames(receive);
          socket.on("data", (chunk) => frames.push(chunk));
        },
        close: () => void socket.destroy(),
      });
      return { ...client, ownConnection: true };
    },
  };
}

function frame(parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const message = Buffer.allocUnsafe(4 + length);
  message.writeUInt32BE(length);
  let at = 4;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}

function send(socket: Socket, parts: readonly Uint8Array[]): boolean {
  return socket.write(frame(parts));
}

// One buffer, where `cork` would gather a thousand.
const turns = new WeakMap<Socket, TurnBuffer>();

function sendInTurn(socket: Socket, parts: readonly Uint8Array[]): boolean {
  let turn = turns.get(socket);
  if (turn === undefined) {
    turn = new TurnBuffer((block) => void socket.write(block));
    turns.set(socket, turn);
  }
  turn.add(parts);
  return !socket.writableNeedDrain;
}
