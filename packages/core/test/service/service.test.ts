import { describe, expect, it } from "vitest";
import { findServiceMark } from "../../src/service/marks.js";
import { service } from "../../src/service/service.js";

describe("@service", () => {
  it("marks a class with its name", () => {
    @service("Person")
    class Anyone {}
    expect(findServiceMark(Anyone)).toEqual({ name: "Person", allow: undefined });
  });

  it("leaves the name to the contract when it gets none", () => {
    @service
    class Bare {}
    @service()
    class Called {}
    expect(findServiceMark(Bare)).toEqual({ name: undefined, allow: undefined });
    expect(findServiceMark(Called)).toEqual({ name: undefined, allow: undefined });
  });

  it("is not inherited: a subclass is a service of its own", () => {
    @service("Person")
    class Person {}
    class Employee extends Person {}
    expect(findServiceMark(Employee)).toBeUndefined();
  });

  it("takes a rule, with and without a name", () => {
    const allow = () => true;
    @service("Person", { allow })
    class Named {}
    @service({ allow })
    class Bare {}
    expect(findServiceMark(Named)).toEqual({ name: "Person", allow });
    expect(findServiceMark(Bare)).toEqual({ name: undefined, allow });
  });

  it.each([
    [() => service("A", { alow: () => true } as object), "@service: unknown option alow; known are allow"],
    [
      () => service("A", { allow: true } as object),
      "@service: allow must be a function, got the boolean true",
    ],
    [
      () => service({ allow: (async () => true) as unknown as () => boolean }),
      "@service: allow is async, but rules decide at once; look up in authenticate what it needs, and put it into the identity",
    ],
  ])("refuses a rule that is none", (mark, message) => {
    expect(mark).toThrow(new TypeError(message));
  });

  it.each(["then", "$admin", "__admin", "9lives", "a b", ""])("refuses the name %j", (name) => {
    expect(() => service(name)).toThrow(/^@service: /);
  });
});
