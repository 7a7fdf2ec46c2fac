import type { Socket } from "node:net";
import { ws } from "@rpc/transport-ws";
import { destroyed, listen, type Settings, started } from "../../transport-tcp/test/pair.js";
import { askUpgrade } from "./frames.js";

/** A connection whose other end is a bare socket behind the upgrade, to send it bytes that no client would. */
export async function openRaw(settings: Settings = {}) {
  const { listener, next } = await listen("ws://127.0.0.1:0", { transport: ws(), ...settings });
  const raw = (await askUpgrade(listener.url)).socket as Socket;
  raw.on("error", () => {});
  const server = started(await next());
  const close = async () => {
    await destroyed(raw);
    await server.connection.close();
    await listener.close();
  };
  return { raw, server, listener, close };
}
