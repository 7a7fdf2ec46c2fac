import { describe, expect, it } from "vitest";
import { RpcError } from "../../src/errors.js";
import { type Authenticate, authenticatePeer } from "../../src/server/authenticate.js";
import { RecordingLogger } from "../recording-logger.js";

const peer = { scheme: "memory", address: "10.0.0.1:5" };

function decide(authenticate: Authenticate | undefined, credentials?: unknown) {
  const logger = new RecordingLogger();
  const identity = authenticatePeer(authenticate, credentials, peer, logger).then(({ identity }) => identity);
  return { logger, identity };
}

describe("authenticatePeer", () => {
  it("gives no identity when nobody decides", async () => {
    expect(await decide(undefined, "anything").identity).toBeUndefined();
  });

  it("gives what the transport proved when nobody decides", async () => {
    const proved = { ...peer, identity: { commonName: "alice" } };
    const admitted = await authenticatePeer(undefined, "anything", proved, new RecordingLogger());
    expect(admitted).toEqual({ identity: proved.identity, untilMs: Infinity });
  });

  it("gives what the function returned for credentials and peer", async () => {
    const seen: unknown[] = [];
    const { identity } = decide(async (...args) => {
      seen.push(...args);
      return { name: "Alex" };
    }, "token");
    expect(await identity).toEqual({ name: "Alex" });
    expect(seen).toEqual(["token", peer]);
  });

  it.each([undefined, null, false])("refuses when it returns %s", async (answer) => {
    await expect(decide(() => answer).identity).rejects.toMatchObject({
      code: "unauthenticated",
      outcome: "not-executed",
      message: "the server did not accept the credentials",
    });
  });

  it.each([0, "", Number.NaN])("takes the identity %j", async (identity) => {
    expect(await decide(() => identity).identity).toBe(identity);
  });

  it("refuses when it throws an RpcError, and tells the reason to the log only", async () => {
    const { identity, logger } = decide(() => {
      throw new RpcError("permission_denied", "ann left in May");
    });
    await expect(identity).rejects.toMatchObject({
      code: "unauthenticated",
      message: "the server did not accept the credentials",
    });
    expect(logger.lines).toEqual(["warn authenticate refused 10.0.0.1:5: ann left in May"]);
  });

  it("fails closed when it cannot decide, and says that trying again makes sense", async () => {
    const { identity, logger } = decide(() => {
      throw new Error("the directory at 10.0.0.9 is down");
    });
    await expect(identity).rejects.toMatchObject({
      code: "unavailable",
      outcome: "not-executed",
      message: "authentication failed at the server, try again",
    });
    expect(logger.lines).toEqual([
      expect.stringMatching(
        /^error authenticate failed for 10\.0\.0\.1:5: .*the directory at 10\.0\.0\.9 is down/,
      ),
    ]);
  });
});
