import { describe, expect, it } from "vitest";
import { Event } from "../../src/service/event.js";
import { type EventOptions, event } from "../../src/service/event-decorator.js";
import { expose } from "../../src/service/expose.js";
import { findMemberMarks } from "../../src/service/marks.js";

describe("@event", () => {
  it("marks a field, with and without parentheses", () => {
    class Desk {
      @event readonly bare = new Event<number>();
      @event() readonly called = new Event<number>();
      @event({ name: "ticks", mode: "signal", maxTopics: 5 }) readonly configured = new Event<number>();
    }
    const marks = findMemberMarks(Desk);
    expect(marks.get("bare")).toEqual({ kind: "event", property: "bare", name: "bare", options: {} });
    expect(marks.get("called")?.name).toBe("called");
    expect(marks.get("configured")).toMatchObject({ name: "ticks", options: { maxTopics: 5 } });
    expect(new Desk().bare).toBeInstanceOf(Event);
  });

  it("refuses a method and a getter", () => {
    // The types refuse them too; JavaScript does not read types.
    // biome-ignore lint/suspicious/noExplicitAny: see above
    const untyped = event() as any;
    expect(() => {
      class Desk {
        @untyped ticks(): void {}
      }
      return Desk;
    }).toThrow(new TypeError("@event on ticks: expected a field that holds an Event, got a method"));
    expect(() => {
      class Desk {
        @untyped get ticks(): Event<number> {
          return new Event();
        }
      }
      return Desk;
    }).toThrow(new TypeError("@event on ticks: expected a field that holds an Event, got a getter"));
  });

  it("refuses a static field and a symbol", () => {
    const key = Symbol("ticks");
    expect(() => {
      class Desk {
        name = "";
        @event() static readonly ticks = new Event<number>();
      }
      return Desk;
    }).toThrow(/^@event on ticks: a static member/);
    expect(() => {
      class Desk {
        @event() readonly [key] = new Event<number>();
      }
      return Desk;
    }).toThrow(/^@event on Symbol\(ticks\): a symbol/);
  });

  it("refuses the wire name of a method", () => {
    expect(() => {
      class Desk {
        @event() readonly ticks = new Event<number>();
        @expose({ name: "ticks" }) getTicks(): void {}
      }
      return Desk;
    }).toThrow(TypeError);
  });

  it("refuses an unknown option, mode and reserved name", () => {
    expect(() => event({ histroy: 1 } as EventOptions)).toThrow(
      /^@event: unknown option histroy; known are name, mode, key, maxKeys, history, /,
    );
    expect(() => event({ mode: "sometimes" as "signal" })).toThrow(
      new TypeError("@event: unknown mode sometimes; write one of signal, latest, log, table"),
    );
    expect(() => {
      class Desk {
        @event({ name: "$ticks" }) readonly ticks = new Event<number>();
      }
      return Desk;
    }).toThrow(/^@event on ticks: \$ticks is reserved/);
  });
});
