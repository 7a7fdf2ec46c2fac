import { describe, expect, it } from "vitest";
import { addSink, Event, type EventSink } from "../../src/service/event.js";
import { checkPrefix, checkTopic, maxTopicBytes } from "../../src/service/topic.js";

describe("topics", () => {
  it.each(["a", "STOCK.AAPL", "börse/ä", "a".repeat(maxTopicBytes), "ä".repeat(maxTopicBytes / 2)])(
    "takes %s",
    (topic) => {
      expect(checkTopic(topic)).toBe(topic);
    },
  );

  it.each([
    ["a b", 'bad topic "a b": it holds " "; whitespace, control characters, * and > are refused'],
    [
      "a\u0000",
      'bad topic "a\\u0000": it holds "\\u0000"; whitespace, control characters, * and > are refused',
    ],
    ["STOCK.*", 'bad topic "STOCK.*": it holds "*"; whitespace, control characters, * and > are refused'],
    ["STOCK.>", 'bad topic "STOCK.>": it holds ">"; whitespace, control characters, * and > are refused'],
    ["", 'bad topic "": it is empty'],
    ["ä".repeat(129), `bad topic "${"ä".repeat(60)}": it is longer than 256 bytes`],
  ])("refuses %j", (topic, message) => {
    expect(() => checkTopic(topic)).toThrow(
      expect.objectContaining({ code: "invalid_argument", outcome: "not-executed", message }),
    );
  });

  it("takes an empty prefix, which is every topic", () => {
    expect(checkPrefix("")).toBe("");
  });

  it("refuses what is no string", () => {
    expect(() => checkTopic(7 as unknown as string)).toThrow(
      /^bad topic "7": expected a string, got number$/,
    );
  });

  it("names the event of a bad one, where it is known", () => {
    expect(() => checkTopic("a b", "Desk.ticks")).toThrow(/^Desk\.ticks: bad topic "a b": it holds/);
    expect(() => checkPrefix("a*", "Desk.ticks")).toThrow(/^Desk\.ticks: bad topic prefix "a\*": it holds/);
    const ticks = new Event<number>();
    ticks[addSink]({ name: "Desk.ticks" } as EventSink);
    expect(() => ticks.publish("a b", 1)).toThrow(/^Desk\.ticks: bad topic "a b"/);
  });
});
