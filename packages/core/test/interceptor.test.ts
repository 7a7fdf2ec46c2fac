import { describe, expect, it } from "vitest";
import type { Call } from "../src/call.js";
import { type Interceptor, intercept } from "../src/interceptor.js";

const call: Call = { service: "Person", method: "getName", args: [1], metadata: {} };

describe("intercept", () => {
  it("is the last function itself when there is nothing in between", () => {
    const last = async () => 1;
    expect(intercept([], last)).toBe(last);
  });

  it("puts the first outermost", async () => {
    const order: string[] = [];
    const around =
      (name: string): Interceptor =>
      async (seen, next) => {
        order.push(`> ${name}`);
        const result = await next({ ...seen, args: [...seen.args, name] });
        order.push(`< ${name}`);
        return result;
      };
    const run = intercept([around("a"), around("b")], async (seen) => seen.args);
    expect(await run(call)).toEqual([1, "a", "b"]);
    expect(order).toEqual(["> a", "> b", "< b", "< a"]);
  });

  it("turns what an interceptor throws into a rejection", async () => {
    const run = intercept(
      [
        () => {
          throw new Error("at once");
        },
      ],
      async () => 1,
    );
    await expect(run(call)).rejects.toThrow("at once");
  });

  it("may run the rest again: that is what a retry is", async () => {
    let attempts = 0;
    const retry: Interceptor = async (seen, next) => {
      try {
        return await next(seen);
      } catch {
        return next(seen);
      }
    };
    const run = intercept([retry], async () => {
      attempts += 1;
      if (attempts === 1) throw new Error("first");
      return attempts;
    });
    expect(await run(call)).toBe(2);
  });
});
