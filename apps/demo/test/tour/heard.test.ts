import {
  type EventItem,
  type RemoteEvent,
  RpcError,
  type SubscribeOptions,
  type Subscription,
} from "@rpc/core";
import { describe, expect, it } from "vitest";
import { Heard } from "../../src/tour/heard.js";

/** An event whose items the test makes. */
class ScriptedEvent implements RemoteEvent<string> {
  listener: (item: EventItem<string>) => unknown = () => {};
  end: () => void = () => {};
  fail: (reason: unknown) => void = () => {};

  async subscribe(
    prefix = "",
    listener?: ((item: EventItem<string>) => unknown) | SubscribeOptions,
  ): Promise<Subscription<string>> {
    if (typeof listener === "function") this.listener = listener;
    const closed = new Promise<void>((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
    return { prefix, closed, unsubscribe: async () => this.end() } as Subscription<string>;
  }

  tell(value: string): void {
    this.listener({ kind: "live", topic: "T", seq: 1, position: 1, at: 0, value });
  }
}

describe("Heard", () => {
  it("waits for what comes, and not for what has come", async () => {
    const event = new ScriptedEvent();
    const told: string[] = [];
    const heard = await Heard.of(event, "", (value) => told.push(value));
    event.tell("one");
    await heard.until((values) => values.includes("one"));
    const two = heard.until((values) => values.includes("two"));
    event.tell("two");
    await two;
    expect(heard.values).toEqual(["one", "two"]);
    expect(told).toEqual(heard.values);
  });

  it("hears values only: neither removed keys nor marks", async () => {
    const event = new ScriptedEvent();
    const heard = await Heard.of(event, "");
    event.listener({ kind: "mark", position: 3 });
    event.listener({ kind: "removed", topic: "T", seq: 4, position: 4, at: 0, key: "one" });
    event.tell("two");
    expect(heard.values).toEqual(["two"]);
  });

  it("takes a gap for the end", async () => {
    const event = new ScriptedEvent();
    await Heard.of(event, "");
    const gap = { kind: "gap", topic: "T", from: 1, to: 2, reason: "slow-consumer" } as const;
    expect(() => event.listener(gap)).toThrow("events of T are missing (slow-consumer)");
  });

  it("tells who waits that nothing comes any more, also who begins to wait then", async () => {
    const event = new ScriptedEvent();
    const heard = await Heard.of(event, "");
    const early = heard.until(() => false);
    const reason = new RpcError("unavailable", "gone");
    event.fail(reason);
    await expect(early).rejects.toBe(reason);
    await expect(heard.until(() => false)).rejects.toBe(reason);
  });

  it("ends who waits when it is closed", async () => {
    const heard = await Heard.of(new ScriptedEvent(), "");
    const waiting = heard.until(() => false);
    await heard.close();
    await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
  });
});
