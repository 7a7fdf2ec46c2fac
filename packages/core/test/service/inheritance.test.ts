import { describe, expect, it } from "vitest";
import { Event } from "../../src/service/event.js";
import { event } from "../../src/service/event-decorator.js";
import { expose } from "../../src/service/expose.js";
import { createRegistry, type RegisteredMethod } from "../../src/service/registry.js";
import { service } from "../../src/service/service.js";

function members(instance: object): string[] {
  return [...[...createRegistry([instance], undefined).values()][0]!.members.keys()];
}

function run(instance: object, name: string): unknown {
  const registered = [...createRegistry([instance], undefined).values()][0]!;
  return (registered.members.get(name) as RegisteredMethod).run([]);
}

class Person {
  @event() readonly renamed = new Event<string>();
  @expose() greet(): string {
    return "hello";
  }
  @expose() leave(): string {
    return "bye";
  }
}

describe("inheritance", () => {
  it("serves what the base class exposes", () => {
    @service("Employee")
    class Employee extends Person {
      @expose() work(): void {}
    }
    expect(members(new Employee()).sort()).toEqual(["greet", "leave", "renamed", "work"]);
  });

  it("keeps an override exposed and runs it", () => {
    @service("Employee")
    class Employee extends Person {
      override greet(): string {
        return `${super.greet()} from work`;
      }
    }
    expect(run(new Employee(), "greet")).toBe("hello from work");
  });

  it("takes away with hidden what a base class exposed, and a subclass may give it back", () => {
    @service("Ghost")
    class Ghost extends Person {
      @expose({ hidden: true }) override greet(): string {
        return "";
      }
    }
    @service("Poltergeist")
    class Poltergeist extends Ghost {
      @expose() override greet(): string {
        return "boo";
      }
    }
    expect(members(new Ghost())).not.toContain("greet");
    expect(run(new Poltergeist(), "greet")).toBe("boo");
  });

  it("leaves the base class as it was", () => {
    @service("Person")
    class Base {
      @expose() greet(): void {}
    }
    @service("Derived")
    class Derived extends Base {
      @expose() more(): void {}
      @expose({ hidden: true }) override greet(): void {}
    }
    expect(members(new Base())).toEqual(["greet"]);
    expect(members(new Derived())).toEqual(["more"]);
  });

  it("renames with a mark in the subclass", () => {
    @service("Employee")
    class Employee extends Person {
      @expose({ name: "salute" }) override greet(): string {
        return "sir";
      }
    }
    expect(members(new Employee())).toContain("salute");
    expect(members(new Employee())).not.toContain("greet");
  });

  it("refuses a subclass that takes the wire name of a base's other member", () => {
    @service("Employee")
    class Employee extends Person {
      @expose({ name: "greet" }) welcome(): void {}
    }
    expect(() => members(new Employee())).toThrow(
      new TypeError("Employee: greet and welcome have one wire name, greet; give one another name"),
    );
  });

  it("serves what a mixin exposes", () => {
    // biome-ignore lint/suspicious/noExplicitAny: a mixin takes any constructor
    function pausable<Base extends new (...args: any[]) => object>(base: Base) {
      class Pausable extends base {
        @expose() pause(): string {
          return "paused";
        }
      }
      return Pausable;
    }
    @service("Worker")
    class Worker extends pausable(Person) {}
    @service("Robot")
    class Robot extends pausable(Object) {}
    expect(members(new Worker())).toEqual(expect.arrayContaining(["greet", "pause"]));
    expect(members(new Robot())).toEqual(["pause"]);
    expect(run(new Worker(), "pause")).toBe("paused");
  });

  it("keeps the rule of a base class, the service's and a member's", () => {
    const [ofBase, ofMember] = [() => true, () => false];
    @service("Base", { allow: ofBase })
    class Base {
      @expose() greet(): void {}
      @expose({ allow: ofMember }) leave(): void {}
    }
    @service("Employee")
    class Employee extends Base {
      @expose() override greet(): void {}
    }
    const registered = createRegistry([new Employee()], undefined).get("Employee")!;
    expect(registered.members.get("greet")?.allow).toBe(ofBase);
    expect(registered.members.get("leave")?.allow).toBe(ofMember);
  });

  it("refuses a member that is marked again without the rule it had, also where it was hidden between", () => {
    class Base {
      @expose({ allow: () => false }) greet(): void {}
    }
    @service("Ghost")
    class Ghost extends Base {
      @expose({ hidden: true }) override greet(): void {}
      @expose() leave(): void {}
    }
    @service("Poltergeist")
    class Poltergeist extends Ghost {
      @expose() override greet(): void {}
    }
    @service("Open")
    class Open extends Base {
      @expose({ allow: () => true }) override greet(): void {}
    }
    expect(members(new Ghost())).toEqual(["leave"]);
    expect(members(new Open())).toEqual(["greet"]);
    expect(() => createRegistry([new Poltergeist()], undefined)).toThrow(
      "Poltergeist.greet is marked again without the rule that its base class gives it; " +
        "say allow again, or allow: () => true to open it to everybody",
    );
  });
});
