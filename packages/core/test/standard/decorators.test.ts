import { describe, expect, it } from "vitest";
import { Event } from "../../src/service/event.js";
import { event } from "../../src/service/event-decorator.js";
import { expose } from "../../src/service/expose.js";
import { findMemberMarks } from "../../src/service/marks.js";
import { createRegistry, type RegisteredMethod } from "../../src/service/registry.js";
import { service } from "../../src/service/service.js";

function members(instance: object): string[] {
  return [...[...createRegistry([instance], undefined).values()][0]!.members.keys()].sort();
}

describe("standard decorators", () => {
  it("run in the standard dialect in this folder", () => {
    let seen: unknown;
    const look = (_: unknown, context: unknown) => {
      seen = context;
    };
    class Person {
      @look method(): void {}
    }
    expect(Person).toBeDefined();
    expect(seen).toMatchObject({ kind: "method", name: "method" });
  });

  it("mark methods and events, with and without parentheses", () => {
    class Desk {
      @expose bare(): void {}
      @expose() called(): void {}
      @expose({ name: "renamed", idempotent: true }) configured(): void {}
      @event readonly ticks = new Event<number>();
      @event() readonly trades = new Event<number>();
      @event({ name: "fills" }) readonly executions = new Event<number>();
    }
    const marks = findMemberMarks(Desk);
    expect([...marks.values()].map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
      "event fills",
      "event ticks",
      "event trades",
      "method bare",
      "method called",
      "method renamed",
    ]);
    expect(marks.get("configured")?.options).toEqual({ name: "renamed", idempotent: true });
  });

  it("serve a class with and without a name", () => {
    @service("Person")
    class Person {
      #name = "Alex";
      @expose() getName(): string {
        return this.#name;
      }
    }
    const member = createRegistry([new Person()], undefined)
      .get("Person")
      ?.members.get("getName") as RegisteredMethod;
    expect(member.run([])).toBe("Alex");
    @service
    class Bare extends Person {}
    expect(() => createRegistry([new Bare()], undefined)).toThrow(/^Bare has a bare @service/);
  });

  it("refuse static, private and symbol-named members", () => {
    const key = Symbol("secret");
    expect(() => {
      class Person {
        name = "";
        @expose() static create(): void {}
      }
      return Person;
    }).toThrow(
      new TypeError("@expose on create: a static member belongs to no instance; make it an instance member"),
    );
    expect(() => {
      class Person {
        @expose() #secret(): void {}
        use(): void {
          this.#secret();
        }
      }
      return Person;
    }).toThrow(
      new TypeError("@expose on #secret: a private member cannot be reached from outside; make it public"),
    );
    expect(() => {
      class Person {
        @expose() [key](): void {}
      }
      return Person;
    }).toThrow(
      new TypeError("@expose on Symbol(secret): a symbol cannot be called by name; use a string name"),
    );
    expect(() => {
      class Desk {
        name = "";
        @event() static readonly ticks = new Event<number>();
      }
      return Desk;
    }).toThrow(/^@event on ticks: a static member/);
  });

  it("refuse getters, setters, accessors, fields and methods where they do not belong", () => {
    // The types refuse them too; JavaScript does not read types.
    // biome-ignore lint/suspicious/noExplicitAny: see above
    const exposed = expose() as any;
    // biome-ignore lint/suspicious/noExplicitAny: see above
    const told = event() as any;
    expect(() => {
      class Person {
        @exposed get name(): string {
          return "";
        }
      }
      return Person;
    }).toThrow(new TypeError("@expose on name: expected a method, got a getter"));
    expect(() => {
      class Person {
        @exposed set name(_: string) {}
      }
      return Person;
    }).toThrow(new TypeError("@expose on name: expected a method, got a setter"));
    expect(() => {
      class Person {
        @exposed accessor name = "";
      }
      return Person;
    }).toThrow(new TypeError("@expose on name: expected a method, got an accessor"));
    expect(() => {
      class Person {
        @exposed name = "";
      }
      return Person;
    }).toThrow(new TypeError("@expose on name: expected a method, got a field"));
    expect(() => {
      class Desk {
        @told ticks(): void {}
      }
      return Desk;
    }).toThrow(new TypeError("@event on ticks: expected a field that holds an Event, got a method"));
    expect(() => {
      class Desk {
        @told accessor ticks = new Event<number>();
      }
      return Desk;
    }).toThrow(/^@event on ticks: expected a field that holds an Event, got an accessor$/);
  });

  it.each(["then", "constructor", "toJSON", "$x", "__x"])("refuse the reserved name %s", (name) => {
    expect(() => {
      class Person {
        @expose({ name }) method(): void {}
      }
      return Person;
    }).toThrow(/is reserved: /);
  });

  it("refuse two members of one wire name", () => {
    expect(() => {
      class Person {
        @expose() rename(): void {}
        @expose({ name: "rename" }) changeName(): void {}
      }
      return Person;
    }).toThrow(new TypeError("rename and changeName have one wire name, rename; give one another name"));
  });

  it("follow inheritance, overrides, hidden and mixins", () => {
    class Person {
      @expose() greet(): string {
        return "hello";
      }
      @expose() leave(): void {}
    }
    // biome-ignore lint/suspicious/noExplicitAny: a mixin takes any constructor
    function pausable<Base extends new (...args: any[]) => object>(base: Base) {
      class Pausable extends base {
        @expose() pause(): void {}
      }
      return Pausable;
    }
    @service("Employee")
    class Employee extends pausable(Person) {
      override greet(): string {
        return "good morning";
      }
      @expose({ hidden: true }) override leave(): void {}
    }
    @service("Visitor")
    class Visitor extends Person {}
    expect(members(new Employee())).toEqual(["greet", "pause"]);
    expect(members(new Visitor())).toEqual(["greet", "leave"]);
    const greet = createRegistry([new Employee()], undefined)
      .get("Employee")
      ?.members.get("greet") as RegisteredMethod;
    expect(greet.run([])).toBe("good morning");
  });

  it("mix with a base class of the legacy dialect", async () => {
    const { LegacyPerson } = await import("../service/legacy-person.js");
    @service("Mixed")
    class Mixed extends LegacyPerson {
      @expose() added(): void {}
    }
    expect(members(new Mixed())).toEqual(["added", "greet"]);
  });
});
