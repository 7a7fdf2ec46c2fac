import { describe, expect, it, vi } from "vitest";
import { errorCodes, RpcError } from "../src/errors.js";

describe("RpcError", () => {
  it("claims nothing unless told", () => {
    const error = new RpcError("unavailable", "gone");
    expect(error).toMatchObject({
      name: "RpcError",
      code: "unavailable",
      message: "gone",
      outcome: "unknown",
    });
    expect(Object.keys(error).sort()).toEqual(["code", "name", "outcome"]);
  });

  it("is told by its brand, also from another copy of this package", async () => {
    vi.resetModules();
    const other = await import("../src/errors.js");
    expect(other.RpcError).not.toBe(RpcError);
    const foreign = new other.RpcError("aborted", "x");
    expect(foreign).not.toBeInstanceOf(RpcError);
    expect([RpcError.is(foreign), RpcError.is(foreign, "aborted"), RpcError.is(foreign, "internal")]).toEqual(
      [true, true, false],
    );
  });

  it.each([null, undefined, "RpcError", {}, new Error("x"), { code: "aborted" }])("is not %o", (value) => {
    expect(RpcError.is(value)).toBe(false);
  });

  it("wraps a reason, keeping it as the cause, and leaves an RpcError as it is", () => {
    const reason = new Error("disk full");
    const wrapped = RpcError.from(reason, "data_loss", { outcome: "executed" });
    expect(wrapped).toMatchObject({
      code: "data_loss",
      message: "disk full",
      outcome: "executed",
      cause: reason,
    });
    expect(RpcError.from(wrapped, "internal")).toBe(wrapped);
    expect(RpcError.from("text", "internal").message).toBe("text");
  });

  it("has the sixteen codes", () => {
    expect(new Set(errorCodes).size).toBe(16);
  });

  it("refuses a code that does not exist, naming those that do", () => {
    expect(() => new RpcError("nonsense" as "aborted", "x")).toThrow(
      new TypeError(`unknown error code nonsense; known are ${errorCodes.join(", ")}`),
    );
  });
});
