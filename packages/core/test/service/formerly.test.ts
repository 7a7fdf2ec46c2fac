import { connect, Event, event, expose, memory, type Remote, serve, service } from "@rpc/core";
import { describe, expect, onTestFinished, test } from "vitest";

@service("Desk")
class Desk {
  ran = 0;

  @event({ formerly: "filled", mode: "log" }) readonly fills = new Event<string>();

  @expose({ formerly: ["buy", "order"] })
  place(symbol: string): string {
    this.fills.publish(symbol, symbol);
    return `${symbol} ${++this.ran}`;
  }

  @expose({ formerly: ["cancel", "stop"], once: { windowMs: 60_000 } })
  close(symbol: string): string {
    return `${symbol} ${++this.ran}`;
  }
}

/** As clients knew it. */
interface OldDesk {
  readonly filled: Desk["fills"];
  buy(symbol: string): string;
  order(symbol: string): string;
  cancel(symbol: string): string;
  never(symbol: string): string;
}

async function start() {
  const transport = memory();
  const server = await serve([new Desk()], { transports: [transport], listen: "memory:formerly" });
  onTestFinished(() => server.close());
  const client = await connect("memory:formerly", { transports: [transport] });
  onTestFinished(() => client.close());
  return { client };
}

describe("a member that had other names", () => {
  test("is reached by each of them", async () => {
    const { client } = await start();
    const old = client.service<Remote<OldDesk>>("Desk");
    expect(await old.buy("A")).toBe("A 1");
    expect(await old.order("B")).toBe("B 2");
    expect(await client.service<Remote<Desk>>("Desk").place("C")).toBe("C 3");
    await expect(old.never("D")).rejects.toMatchObject({ code: "unimplemented" });
  });

  test("as an event is one, whatever it is subscribed to by", async () => {
    const { client } = await start();
    const old = await client.service<Remote<OldDesk>>("Desk").filled.subscribe("", { from: "oldest" });
    const now = await client.service<Remote<Desk>>("Desk").fills.subscribe();
    await client.service<Remote<Desk>>("Desk").place("A");
    for (const subscription of [old, now]) {
      for await (const item of subscription) {
        expect(item).toMatchObject({ value: "A", seq: 1, position: 1 });
        break;
      }
    }
    const { events } = await client.service<Remote<{ stats(): { events: unknown[] } }>>("$rpc").stats();
    expect(events).toHaveLength(1);
  });

  test("takes a key for used that was used under another of its names", async () => {
    const { client } = await start();
    const keyed = client.$with({ key: "intent-1" });
    expect(await keyed.service<Remote<OldDesk>>("Desk").cancel("A")).toBe("A 1");
    expect(await keyed.service<Remote<Desk>>("Desk").close("A")).toBe("A 1");
    expect(await client.outcome({ service: "Desk", method: "stop", key: "intent-1" })).toMatchObject({
      state: "executed",
    });
  });
});

describe("former names", () => {
  test.each<[string | readonly string[], string]>([
    ["place", "@expose on place: formerly names place, which it is called now"],
    [["buy", "buy"], "@expose on place: formerly names buy, which it is called twice"],
    [
      "then",
      "@expose on place: formerly: then is reserved: every object has it, or promises and JSON look for it",
    ],
    [[5 as never], "@expose on place: formerly must be a name or an array of names, got an array of 1"],
  ])("are looked at when the class is decorated: %s", (formerly, message) => {
    const decorate = () => {
      class Wrong {
        @expose({ formerly })
        place(): void {}
      }
      return Wrong;
    };
    expect(decorate).toThrow(new TypeError(message));
  });

  test("are no names of other members", async () => {
    @service("Wrong")
    class Wrong {
      @expose({ formerly: "buy" }) place(): void {}
      @expose() buy(): void {}
    }
    await expect(serve([new Wrong()], { transports: [memory()], listen: "memory:wrong" })).rejects.toThrow(
      "Wrong: place and buy have one wire name, buy; give one another name",
    );
  });
});
