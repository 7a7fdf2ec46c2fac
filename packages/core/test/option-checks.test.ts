import { describe, expect, it } from "vitest";
import { connect } from "../src/client/connect.js";
import { serve } from "../src/server/server.js";
import { Person } from "../src/testing/person.js";
import { memory } from "../src/transports/memory.js";

const transports = [memory()];

describe("options of the wrong type", () => {
  it.each([
    [undefined, "serve: expected an object of options, got undefined"],
    [{ transports, limits: null }, "limits must be an object, got null"],
    [{ transports: [memory] }, "serve: transports has the function memory itself; call it: memory()"],
    [{ transports: memory() }, "serve: transports must be an array, such as [tcp()]; got an object"],
    [{ transports: [null] }, "serve: transports must hold transports, such as tcp(); got null"],
    [{ transports, contract: "contract.json" }, "serve: contract must be what rpc generate wrote"],
    [{ transports, contract: {} }, "an object with rpcContract: 1; got an object"],
    [{ transports, interceptors: () => {} }, "serve: interceptors must be an array of functions"],
    [{ transports, interceptors: [5] }, "serve: interceptors[0] must be a function, got the number 5"],
    [{ transports, authenticate: null }, "serve: authenticate must be a function, got null"],
    [{ transports, authenticate: false }, "serve: authenticate must be a function, got the boolean false"],
    [{ transports, authenticate: "yes" }, 'serve: authenticate must be a function, got the string "yes"'],
  ])("are refused by serve: %j", async (options, message) => {
    const listening = options === undefined ? undefined : { listen: "memory:options", ...options };
    const serving = serve([new Person()], listening as never);
    await expect(serving).rejects.toThrow(TypeError);
    await expect(serving).rejects.toThrow(message);
  });

  it.each([
    [undefined, "connect: expected an object of options, got undefined"],
    [{ transports, limits: null }, "limits must be an object, got null"],
    [{ transports: [memory] }, "connect: transports has the function memory itself; call it: memory()"],
    [{ transports, credentials: "token" }, 'connect: credentials must be a function, got the string "token"'],
    [{ transports, interceptors: {} }, "connect: interceptors must be an array of functions, got an object"],
  ])("are refused by connect: %j", async (options, message) => {
    const connecting = connect("memory:options", options as never);
    await expect(connecting).rejects.toThrow(TypeError);
    await expect(connecting).rejects.toThrow(message);
  });
});

describe("credentials that throw", () => {
  it("fail the connection, and are named", async () => {
    const server = await serve([new Person()], { transports, listen: "memory:options" });
    const connecting = connect("memory:options", {
      transports,
      connectTimeoutMs: 50,
      credentials: () => {
        throw new Error("no token in the keychain");
      },
    });
    await expect(connecting).rejects.toMatchObject({
      code: "unavailable",
      message: "credentials() failed: no token in the keychain",
    });
    await server.close({ graceMs: 0 });
  });
});
