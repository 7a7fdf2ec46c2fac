import { describe, expect, it, vi } from "vitest";
import type { Contract } from "../../src/service/contract.js";
import { Event } from "../../src/service/event.js";
import { event } from "../../src/service/event-decorator.js";
import { expose } from "../../src/service/expose.js";
import { createRegistry } from "../../src/service/registry.js";
import { service } from "../../src/service/service.js";

@service("Person")
class Person {
  #name = "Alex";
  @event() readonly renamed = new Event<string>();
  @expose() getName(): string {
    return this.#name;
  }
}

describe("createRegistry", () => {
  it("binds methods to their instance", () => {
    const member = createRegistry([new Person()], undefined).get("Person")?.members.get("getName");
    expect(member?.kind === "method" && member.run([])).toBe("Alex");
  });

  it("serves two instances of one class under two names", () => {
    @service("Other")
    class Other extends Person {}
    expect([...createRegistry([new Person(), new Other()], undefined).keys()]).toEqual(["Person", "Other"]);
  });

  it("finds what another copy of this package marked", async () => {
    vi.resetModules();
    const other = {
      ...(await import("../../src/service/expose.js")),
      ...(await import("../../src/service/service.js")),
      ...(await import("../../src/service/event.js")),
      ...(await import("../../src/service/event-decorator.js")),
    };
    expect(other.expose).not.toBe(expose);
    @other.service("Foreign")
    class Foreign {
      @other.event() readonly told = new other.Event<string>();
      @other.expose() ask(): string {
        return "answered";
      }
    }
    const { members } = createRegistry([new Foreign()], undefined).get("Foreign")!;
    expect([...members.keys()].sort()).toEqual(["ask", "told"]);
  });

  describe("refuses, and says how to mend it:", () => {
    it("a service that exposes nothing", () => {
      @service("Silent")
      class Silent {
        speak(): void {}
      }
      expect(() => createRegistry([new Silent()], undefined)).toThrow(
        new TypeError(
          "Silent exposes nothing; put @expose() on the methods that others may call, or @event() on an event",
        ),
      );
    });

    it("a plain object", () => {
      expect(() => createRegistry([{ getName: () => "Alex" }], undefined)).toThrow(
        /^Object exposes nothing; put @expose/,
      );
      expect(() => createRegistry([Object.create(null) as object], undefined)).toThrow(
        /exposes nothing; put @expose/,
      );
    });

    it("two services of one name", () => {
      expect(() => createRegistry([new Person(), new Person()], undefined)).toThrow(
        new TypeError('two services are named Person; name one of them otherwise with @service("…")'),
      );
    });

    it("a bare @service without a contract", () => {
      @service
      class Bare {
        @expose() method(): void {}
      }
      expect(() => createRegistry([new Bare()], undefined)).toThrow(
        new TypeError(
          "Bare has a bare @service and serve got no contract to take its name from (class names do not survive minifiers); " +
            'write @service("Bare"), or pass the contract that rpc generate wrote',
        ),
      );
    });

    it("a class that is no service", () => {
      class Lost {
        @expose() method(): void {}
      }
      expect(() => createRegistry([new Lost()], undefined)).toThrow(
        new TypeError('Lost is no service; write @service("Lost") above the class'),
      );
    });

    it("a class instead of an instance, nothing, and no array", () => {
      expect(() => createRegistry([Person], undefined)).toThrow(
        new TypeError("serve expects instances of classes, got function: serve([new Person()], …)"),
      );
      expect(() => createRegistry([], undefined)).toThrow(
        new TypeError("serve got no services: pass at least one, serve([new Person()], …)"),
      );
      expect(() => createRegistry(new Person() as unknown as object[], undefined)).toThrow(
        new TypeError("serve expects an array of services: serve([new Person()], …)"),
      );
    });

    it("a field marked @event that holds no Event", () => {
      @service("Desk")
      class Desk {
        @event() readonly ticks = undefined as unknown as Event<number>;
      }
      expect(() => createRegistry([new Desk()], undefined)).toThrow(
        new TypeError(
          "Desk.ticks is marked @event but holds no Event; write: @event() readonly ticks = new Event<…>()",
        ),
      );
    });

    it("an exposed method that the instance covers with something else", () => {
      const person = new Person();
      Object.defineProperty(person, "getName", { value: "Alex" });
      expect(() => createRegistry([person], undefined)).toThrow(
        new TypeError("Person.getName is marked @expose but the instance holds string there"),
      );
    });
  });
});

describe("createRegistry with a contract", () => {
  const call = { kind: "call", params: [], result: {} } as const;
  const told = { kind: "event", mode: "signal", payload: {} } as const;
  function contractOf(services: Contract["services"]): Contract {
    return { rpcContract: 1, name: "test", hash: "sha256-all", services, types: {} };
  }
  const matching = contractOf({ Person: { hash: "sha256-1", members: { getName: call, renamed: told } } });

  it("numbers members in the contract's order and keeps the hash", () => {
    const registered = createRegistry([new Person()], matching).get("Person");
    expect(registered?.hash).toBe("sha256-1");
    expect(registered?.byNumber.map(({ name }) => name)).toEqual(["getName", "renamed"]);
  });

  it("gives a bare @service its name by its members", () => {
    @service
    class Minified {
      @expose() getName(): void {}
      @event() readonly renamed = new Event<string>();
    }
    expect([...createRegistry([new Minified()], matching).keys()]).toEqual(["Person"]);
  });

  it("refuses a bare @service that no service, or more than one, of the contract fits", () => {
    @service
    class Bare {
      @expose() other(): void {}
    }
    expect(() => createRegistry([new Bare()], matching)).toThrow(
      new TypeError(
        'Bare has a bare @service, and no service of the contract has its members; run rpc generate, or write @service("Bare")',
      ),
    );
    const twins = contractOf({
      A: { hash: "1", members: { other: call } },
      B: { hash: "2", members: { other: call } },
    });
    expect(() => createRegistry([new Bare()], twins)).toThrow(
      new TypeError(
        'Bare has a bare @service, and A and B of the contract have its members, or write @service("Bare")',
      ),
    );
  });

  it("refuses a service the contract does not have", () => {
    expect(() => createRegistry([new Person()], contractOf({}))).toThrow(
      new TypeError("the contract has no service Person; run rpc generate"),
    );
  });

  it("refuses a class that differs, naming the members", () => {
    const differing = contractOf({ Person: { hash: "1", members: { getName: call, getAge: call } } });
    expect(() => createRegistry([new Person()], differing)).toThrow(
      new TypeError(
        "Person differs from its contract: the class has renamed, the contract does not; the contract has getAge, the class does not; run rpc generate",
      ),
    );
  });
});
