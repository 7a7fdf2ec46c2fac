import { describe, expect, it } from "vitest";
import { checkCallOptions } from "../../src/client/check-call-options.js";
import { connect } from "../../src/client/connect.js";
import type { Remote } from "../../src/client/proxy.js";
import { serve } from "../../src/server/server.js";
import { Person } from "../../src/testing/person.js";
import { memory } from "../../src/transports/memory.js";

describe("checkCallOptions", () => {
  it("takes what travels", () => {
    checkCallOptions({ metadata: { trace: "1" }, signal: new AbortController().signal, key: "k" });
  });

  it.each([
    [{ metadata: "x" }, '$with: metadata must be an object whose values are strings, got the string "x"'],
    [{ metadata: null }, "got null"],
    [{ metadata: { trace: undefined } }, "$with: metadata.trace must be a string, got undefined"],
    [{ metadata: { trace: 5 } }, "$with: metadata.trace must be a string, got the number 5"],
    [{ signal: new AbortController() }, "$with: signal must be an AbortSignal"],
    [{ signal: null }, "got null"],
    [null, "$with: expected an object of options, got null"],
  ])("refuses %j", (options, message) => {
    const check = () => checkCallOptions(options as never);
    expect(check).toThrow(TypeError);
    expect(check).toThrow(message);
  });

  it("is asked at $with of a client, of a service, and behind interceptors", async () => {
    const transports = [memory()];
    const server = await serve([new Person()], { transports, listen: "memory:person" });
    const client = await connect("memory:person", {
      transports,
      interceptors: [(call, next) => next({ ...call, metadata: { trace: 5 } as never })],
    });
    const person = client.service<Remote<Person>>("Person");
    expect(() => client.$with({ metadata: "x" as never })).toThrow(TypeError);
    expect(() => person.$with({ metadata: "x" as never })).toThrow(TypeError);
    await expect(person.getName()).rejects.toMatchObject({
      code: "invalid_argument",
      outcome: "not-executed",
      message:
        "Person.getName: from an interceptor, metadata.trace must be a string, got the number 5; leave it out if there is none",
    });
    expect(client.state).toBe("online");
    await client.close();
    await server.close({ graceMs: 0 });
  });
});
