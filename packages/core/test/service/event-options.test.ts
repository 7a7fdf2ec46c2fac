import { Event, event } from "@rpc/core";
import { describe, expect, test } from "vitest";

describe("@event", () => {
  test.each([
    ["an unknown mode", { mode: "fast" }, "write one of signal, latest, log, table"],
    ["a key without a keyed mode", { mode: "log", key: "symbol" }, "go with mode latest or table"],
    ["maxKeys without a keyed mode", { maxKeys: 10 }, "go with mode latest or table, not with signal"],
    ["a key that is no key", { mode: "table", key: 7 }, "a function or the name of a property"],
    ["a history without a log", { mode: "latest", history: { count: 10 } }, "history goes with mode log"],
    ["an unknown bound", { mode: "log", history: { items: 10 } }, "items"],
    [
      "a bound of nothing",
      { mode: "log", history: { count: 0 } },
      "history.count must be a whole number of at least 1",
    ],
  ])("refuses %s at once, and says what to write", (_, options, message) => {
    expect(() => event(options as never)).toThrow(message);
  });

  test("takes what each mode is declared with", () => {
    class Desk {
      @event({ mode: "latest", key: (value: { id: string }) => value.id, maxKeys: 10 }) readonly quotes =
        new Event<{ id: string }>();
      @event({ mode: "log", history: { count: 10, bytes: 1_000, maxAgeMs: 1_000 } }) readonly trades =
        new Event<number>();
      @event({ mode: "table", key: "id" }) readonly orders = new Event<{ id: string }>();
    }
    expect(new Desk().orders).toBeInstanceOf(Event);
  });
});
