import { describe, expect, it } from "vitest";
import { DeclaredError, type DeclaredErrorInit } from "../src/declared-error.js";
import { RpcError } from "../src/errors.js";

const init: DeclaredErrorInit = {
  code: "failed_precondition",
  message: "not enough",
  name: "InsufficientFunds",
  outcome: "executed",
  details: { hint: "deposit" },
  fields: { needed: 5, currency: "EUR" },
};

/** As codegen writes one. */
class InsufficientFunds extends DeclaredError {
  declare readonly needed: number;
  declare readonly currency: string;
}

describe("a declared error", () => {
  it("has its name, what every RpcError has, and its fields as properties", () => {
    const error = new InsufficientFunds(init);
    expect(error).toMatchObject({
      name: "InsufficientFunds",
      code: "failed_precondition",
      needed: 5,
      currency: "EUR",
      outcome: "executed",
    });
    expect(RpcError.is(error, "failed_precondition")).toBe(true);
    expect(Object.keys(error)).toEqual(expect.arrayContaining(["needed", "currency"]));
  });

  it("keeps fields from replacing what is there", () => {
    const error = new DeclaredError({ ...init, fields: { message: "x", stack: "x", hasOwnProperty: 1 } });
    expect(error.message).toBe("not enough");
    expect(typeof error.hasOwnProperty).toBe("function");
  });
});
