import { expect, test } from "vitest";
import { SendBudget } from "../../src/session/send-budget.js";

test("has room until all sessions together reach the limit, and tells everyone when they fall below it", () => {
  const budget = new SendBudget(100);
  const heard: string[] = [];
  const [one, other] = ["one", "other"].map((name) => ({ room: () => heard.push(name) }));
  budget.wait(one!);
  budget.wait(other!);
  budget.add(60);
  budget.add(40);
  expect(budget.hasRoom).toBe(false);
  budget.remove(30);
  expect(budget.hasRoom).toBe(true);
  expect(heard).toEqual(["one", "other"]);
  budget.leave(other!);
  budget.remove(10);
  expect(heard).toEqual(["one", "other"]);
  budget.add(50);
  budget.remove(50);
  expect(heard).toEqual(["one", "other", "one"]);
});
