import { RpcError } from "@rpc/core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Person } from "../src/person.js";

describe("Person", () => {
  let person: Person;
  let told: ReturnType<typeof vi.spyOn>;

  beforeEach(() => {
    person = new Person();
    told = vi.spyOn(person.renamed, "publish");
  });

  it("is 小红 and 18 at first", () => {
    expect([person.getName(), person.getAge()]).toEqual(["小红", 18]);
  });

  it("tells of a new name, once", () => {
    person.changeName(" Alex ");
    person.changeName("Alex");
    expect(person.getName()).toBe("Alex");
    expect(told.mock.calls).toEqual([["name", { before: "小红", after: "Alex" }]]);
  });

  it.each([
    ["", "a name must have at least one letter, got none"],
    ["  ", "a name must have at least one letter, got none"],
    ["x".repeat(101), "a name of 101 characters exceeds 100"],
    [null as unknown as string, "a name must be a string, got object"],
  ])("keeps its name when the new one is %j", (name, message) => {
    expect(() => person.changeName(name)).toThrow(new RpcError("invalid_argument", message));
    expect(person.getName()).toBe("小红");
    expect(told).not.toHaveBeenCalled();
  });

  it("takes ages from 0 to 150", () => {
    for (const age of [0, 100, 150]) {
      person.changeAge(age);
      expect(person.getAge()).toBe(age);
    }
  });

  it.each([-1, 151, 1.5, Number.NaN, "100" as unknown as number])(
    "keeps its age when the new one is %j",
    (age) => {
      const message = `an age must be a whole number from 0 to 150, got ${String(age)}`;
      expect(() => person.changeAge(age)).toThrow(new RpcError("invalid_argument", message));
      expect(person.getAge()).toBe(18);
    },
  );
});
