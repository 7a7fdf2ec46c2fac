/** Runs in the platform under test: scenarios of the transport suite, when it is told to. */
import { testTransport } from "@rpc/core/testing";
import { platformLacks, ws } from "../../src/browser.js";
import type { ToPlatform } from "./relay-protocol.js";
import { RelayedTransport } from "./relayed-transport.js";

interface Host {
  readonly location?: { readonly search: string };
  readonly process?: { readonly argv: readonly string[] };
}

const { location, process } = globalThis as Host;
const control =
  location === undefined ? process?.argv.at(-1) : new URLSearchParams(location.search).get("control");

const scenarios = new Map<string, () => Promise<void>>();
const socket = new WebSocket(control ?? "", []);
socket.binaryType = "arraybuffer";
const relay = new RelayedTransport(socket);
const add = (title: string, run: () => Promise<void>) => void scenarios.set(title, run);

testTransport({
  name: "",
  test: Object.assign(add, { skip: () => {} }),
  lacks: platformLacks,
  create: async () => ({ serving: relay.transport, connecting: ws(), url: "ws://127.0.0.1:0/rpc" }),
});

socket.onopen = () => relay.tell({ op: "ready" });
socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
  if (typeof data !== "string") return relay.take(new Uint8Array(data));
  const message = JSON.parse(data) as ToPlatform;
  if (message.op === "run") void run(message.title);
  else relay.hear(message);
};

async function run(title: string): Promise<void> {
  try {
    await (scenarios.get(title) ?? (() => Promise.reject(new Error(`no scenario ${title}`))))();
    relay.tell({ op: "done", title });
  } catch (error) {
    relay.tell({
      op: "done",
      title,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}
