import { describe, expect, it } from "vitest";
import { RpcError } from "../src/errors.js";
import { describeFailure } from "../src/failure.js";
import { SeededRandom } from "../src/testing/seeded-random.js";
import { RecordingLogger } from "./recording-logger.js";

class Insufficient extends RpcError {
  constructor(
    readonly needed: number,
    readonly currency: string,
  ) {
    super("failed_precondition", "not enough", { details: { hint: "deposit" } });
  }
}

function describeIt(error: unknown, exposeErrors = false) {
  const logger = new RecordingLogger();
  const throws = new Map([[Insufficient, "InsufficientFunds"]]);
  const body = describeFailure("Desk.buy", error, throws, {
    logger,
    random: new SeededRandom(1),
    exposeErrors,
  });
  return { body, lines: logger.lines };
}

describe("describeFailure", () => {
  it("sends an RpcError as it is, executed, and logs nothing", () => {
    const error = new RpcError("not_found", "no order 7", {
      details: { id: 7 },
      retryAfterMs: 10,
      cause: new Error("db"),
    });
    const { body, lines } = describeIt(error);
    expect(body).toMatchObject({
      code: "not_found",
      message: "no order 7",
      outcome: "executed",
      details: { id: 7 },
      retryAfterMs: 10,
    });
    expect(body).not.toHaveProperty("cause");
    expect(lines).toEqual([]);
  });

  it("sends a declared error with its name in the contract and its own fields", () => {
    expect(describeIt(new Insufficient(5, "EUR")).body).toMatchObject({
      code: "failed_precondition",
      outcome: "executed",
      name: "InsufficientFunds",
      fields: { needed: 5, currency: "EUR" },
      details: { hint: "deposit" },
    });
  });

  it("hides anything else behind an id that one line of the log has too", () => {
    const { body, lines } = describeIt(new Error("password of the database is hunter2"));
    expect(body).toEqual({
      code: "internal",
      message: `Desk.buy: internal error (error id ${body.errorId}; the server's log has it)`,
      outcome: "executed",
      errorId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(
      `error Desk.buy failed, error id ${body.errorId}: Error: password of the database is hunter2\n    at `,
    );
  });

  it("shows the message, and still no stack, with exposeErrors", () => {
    const { body, lines } = describeIt(new Error("broken"), true);
    expect(body.message).toBe(
      `Desk.buy: internal error (error id ${body.errorId}; the server's log has it): broken`,
    );
    expect(lines).toHaveLength(1);
  });

  const treacherous = new Error("x");
  Object.defineProperty(treacherous, "stack", {
    get() {
      throw new Error("no stack for you");
    },
  });
  it.each([
    ["a string", "broken"],
    ["undefined", undefined],
    ["a symbol", Symbol("broken")],
    ["an object without a prototype", Object.create(null)],
    ["an object that cannot be printed", { toString: () => ({}) }],
    ["an error whose stack throws", treacherous],
  ])("survives %s that was thrown", (_, thrown) => {
    const { body, lines } = describeIt(thrown);
    expect(body).toMatchObject({ code: "internal", message: expect.stringContaining("internal error") });
    expect(lines).toHaveLength(1);
  });

  it("survives a declared error whose field throws", () => {
    const error = new Insufficient(1, "EUR");
    Object.defineProperty(error, "broken", {
      enumerable: true,
      get() {
        throw new Error("no");
      },
    });
    const { body, lines } = describeIt(error);
    expect(body).toMatchObject({ code: "internal", message: expect.stringContaining("internal error") });
    expect(lines).toHaveLength(1);
  });

  it("sends what the protocol takes, however odd the error: a client must not lose its session over it", () => {
    // Of another copy of this package, say, which did not look.
    const odd = Object.assign(
      new RpcError("unknown", 5 as unknown as string, {
        retryAfterMs: 12.3,
        errorId: 7 as unknown as string,
      }),
      { code: "teapot" },
    );
    expect(describeIt(odd).body).toMatchObject({
      code: "unknown",
      message: "5",
      retryAfterMs: 13,
      errorId: "7",
    });
    for (const retryAfterMs of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      expect(
        describeIt(new RpcError("unavailable", "busy", { retryAfterMs })).body.retryAfterMs,
      ).toBeUndefined();
    }
  });
});
