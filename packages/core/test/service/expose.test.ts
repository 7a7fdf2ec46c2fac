import { describe, expect, it } from "vitest";
import { RpcError } from "../../src/errors.js";
import { type ExposeOptions, expose } from "../../src/service/expose.js";
import { findMemberMarks } from "../../src/service/marks.js";

describe("@expose", () => {
  it("marks a method, with and without parentheses", () => {
    class Person {
      @expose bare(): void {}
      @expose() called(): void {}
      @expose({}) configured(): void {}
      hidden(): void {}
    }
    expect([...findMemberMarks(Person).keys()]).toEqual(["bare", "called", "configured"]);
    expect(findMemberMarks(Person).get("bare")).toEqual({
      kind: "method",
      property: "bare",
      name: "bare",
      options: {},
    });
  });

  it("keeps what its options say", () => {
    class NotFound extends RpcError {}
    const options: ExposeOptions = { name: "rename", context: true, idempotent: true, throws: [NotFound] };
    class Person {
      @expose(options) changeName(): void {}
    }
    expect(findMemberMarks(Person).get("changeName")).toEqual({
      kind: "method",
      property: "changeName",
      name: "rename",
      options,
    });
  });

  it("leaves the method as it is", () => {
    class Person {
      @expose() answer(): number {
        return 42;
      }
    }
    expect(new Person().answer()).toBe(42);
    expect(Object.keys(new Person())).toEqual([]);
  });

  it("refuses a static method", () => {
    expect(() => {
      class Person {
        name = "";
        @expose() static create(): void {}
      }
      return Person;
    }).toThrow(
      new TypeError("@expose on create: a static member belongs to no instance; make it an instance member"),
    );
  });

  it("refuses a symbol", () => {
    const key = Symbol("secret");
    expect(() => {
      class Person {
        @expose() [key](): void {}
      }
      return Person;
    }).toThrow(
      new TypeError("@expose on Symbol(secret): a symbol cannot be called by name; use a string name"),
    );
  });

  it("refuses a getter, a setter and a field", () => {
    // The types refuse them too; JavaScript does not read types.
    // biome-ignore lint/suspicious/noExplicitAny: see above
    const untyped = expose() as any;
    expect(() => {
      class Person {
        @untyped get name(): string {
          return "";
        }
      }
      return Person;
    }).toThrow(new TypeError("@expose on name: expected a method, got a getter"));
    expect(() => {
      class Person {
        @untyped set name(_: string) {}
      }
      return Person;
    }).toThrow(new TypeError("@expose on name: expected a method, got a setter"));
    expect(() => {
      class Person {
        @untyped name = "";
      }
      return Person;
    }).toThrow(new TypeError("@expose on name: expected a method, got a field"));
  });

  it.each(["then", "constructor", "toJSON", "toString", "hasOwnProperty", "__proto__", "$x", "__x"])(
    "refuses the reserved wire name %s",
    (name) => {
      expect(() => {
        class Person {
          @expose({ name }) method(): void {}
        }
        return Person;
      }).toThrow(new RegExp(`^@expose on method: ${name.replace("$", "\\$")} is reserved: `));
    },
  );

  it.each(["", "1st", "a b", "ä", "a".repeat(129), "a\n"])("refuses %j, which is no wire name", (name) => {
    expect(() => {
      class Person {
        @expose({ name }) method(): void {}
      }
      return Person;
    }).toThrow(/is no wire name: expected up to 128 letters, digits, _, - or \., not starting with a digit$/);
  });

  it("refuses methods whose own names are reserved", () => {
    expect(() => {
      class Person {
        // biome-ignore lint/suspicious/noThenProperty: it is what the test is about
        @expose() then(): void {}
      }
      return Person;
    }).toThrow(/^@expose on then: then is reserved/);
    expect(() => {
      class Person {
        @expose() toJSON(): void {}
      }
      return Person;
    }).toThrow(/^@expose on toJSON: toJSON is reserved/);
  });

  it("refuses two members of one wire name", () => {
    expect(() => {
      class Person {
        @expose() rename(): void {}
        @expose({ name: "rename" }) changeName(): void {}
      }
      return Person;
    }).toThrow(new TypeError("rename and changeName have one wire name, rename; give one another name"));
  });

  it("refuses an option nobody knows", () => {
    expect(() => expose({ idempotnet: true } as ExposeOptions)).toThrow(
      /^@expose: unknown option idempotnet; known are name, context, idempotent, /,
    );
  });
});
