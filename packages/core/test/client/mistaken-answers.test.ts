import { afterEach, beforeEach, expect, it } from "vitest";
import type { Client } from "../../src/client/client.js";
import { connect } from "../../src/client/connect.js";
import type { Remote } from "../../src/client/proxy.js";
import { ScriptedPeer, welcomeOf } from "../../src/testing/scripted-peer.js";
import type { Transport } from "../../src/transport.js";
import { memory } from "../../src/transports/memory.js";

interface Desk {
  placeOrder(symbol: string): string;
}

const url = "memory:mistaken";
let transport: Transport;
let client: Client;
let peer: ScriptedPeer;
let close: () => Promise<void>;

beforeEach(async () => {
  transport = memory();
  close = await ScriptedPeer.listen(transport, url, (accepted) => {
    peer = accepted;
    void peer.next("hello").then(() => peer.say(welcomeOf()));
  });
  client = await connect(url, { transports: [transport], timeoutMs: 1_000 });
});

afterEach(async () => {
  await client.close();
  await close();
});

it("a reply to a question about a key ends the session, and the question fails", async () => {
  const answer = client.outcome({ service: "Desk", method: "placeOrder", key: "k" });
  const { id } = await peer.next("outcomeQuery");
  peer.send({ type: "reply", id, value: { state: "executed" } });
  await expect(answer).rejects.toMatchObject({
    code: "internal",
    message: "the outcome of Desk.placeOrder was answered with a reply",
  });
  expect(await peer.next("close")).toMatchObject({
    message: "protocol error: the outcome of Desk.placeOrder was answered with a reply",
  });
});

it("an outcome in the place of a reply ends the session, and the call fails", async () => {
  const call = client.service<Remote<Desk>>("Desk").placeOrder("AAPL");
  const { id } = await peer.next("call");
  peer.send({ type: "outcome", id, state: "running" });
  await expect(call).rejects.toMatchObject({ code: "unavailable", outcome: "unknown" });
  expect(await peer.next("close")).toMatchObject({
    message: `protocol error: call ${id} was answered with an outcome`,
  });
});
