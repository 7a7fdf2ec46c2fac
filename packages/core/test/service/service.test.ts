import { describe, expect, it } from "vitest";
import { findServiceMark } from "../../src/service/marks.js";
import { service } from "../../src/service/service.js";

describe("@service", () => {
  it("marks a class with its name", () => {
    @service("Person")
    class Anyone {}
    expect(findServiceMark(Anyone)).toEqual({ name: "Person" });
  });

  it("leaves the name to the contract when it gets none", () => {
    @service
    class Bare {}
    @service()
    class Called {}
    expect(findServiceMark(Bare)).toEqual({ name: undefined });
    expect(findServiceMark(Called)).toEqual({ name: undefined });
  });

  it("is not inherited: a subclass is a service of its own", () => {
    @service("Person")
    class Person {}
    class Employee extends Person {}
    expect(findServiceMark(Employee)).toBeUndefined();
  });

  it.each(["then", "$admin", "__admin", "9lives", "a b", ""])("refuses the name %j", (name) => {
    expect(() => service(name)).toThrow(/^@service: /);
  });
});
