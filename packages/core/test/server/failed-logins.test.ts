import { describe, expect, it } from "vitest";
import type { RpcError } from "../../src/errors.js";
import { checkLimits, maxWatchedAddresses } from "../../src/limits.js";
import { Authenticator } from "../../src/server/authenticator.js";
import { sameSecret } from "../../src/server/same-secret.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import type { Peer } from "../../src/transport.js";
import { RecordingLogger } from "../recording-logger.js";

function create() {
  const clock = new VirtualClock();
  const logger = new RecordingLogger();
  let asked = 0;
  const authenticator = new Authenticator({
    authenticate: (credentials) => {
      asked += 1;
      if (credentials === "down") throw new Error("no directory");
      return credentials === "good" && "somebody";
    },
    clock,
    limits: checkLimits({ maxFailedLogins: 3, lockOutMs: 1_000 }),
    logger,
  });
  const login = async (credentials: unknown, address?: string) => {
    const peer: Peer = { scheme: "tcp", ...(address !== undefined && { address }) };
    return authenticator.admit(credentials, peer).then(
      ({ identity }) => identity,
      (error: RpcError) => error.code,
    );
  };
  return { clock, logger, authenticator, login, asked: () => asked };
}

describe("failed logins", () => {
  it("lock an address out, whatever its port, and no other", async () => {
    const { clock, logger, login, asked } = create();
    for (const port of [1, 2, 3]) expect(await login("bad", `10.0.0.1:${port}`)).toBe("unauthenticated");
    expect(await login("good", "10.0.0.1:4")).toBe("resource_exhausted");
    expect(asked()).toBe(3);
    expect(await login("good", "10.0.0.2:4")).toBe("somebody");
    expect(logger.lines).toEqual(["warn 10.0.0.1 is locked out for 1000 ms after 3 failed logins"]);
    await clock.advance(999);
    expect(await login("good", "10.0.0.1:4")).toBe("resource_exhausted");
    await clock.advance(1);
    expect(await login("good", "10.0.0.1:4")).toBe("somebody");
  });

  it("lock out the network of an IPv6 address, and no other", async () => {
    const { logger, login } = create();
    for (const last of [1, 2, 3])
      expect(await login("bad", `[2001:db8:0:7::${last}]:1`)).toBe("unauthenticated");
    expect(await login("good", "[2001:db8:0:7:ffff::9]:1")).toBe("resource_exhausted");
    expect(await login("good", "[2001:db8:0:8::1]:1")).toBe("somebody");
    expect(logger.lines).toEqual(["warn 2001:db8:0:7::/64 is locked out for 1000 ms after 3 failed logins"]);
  });

  it("tell how long that is", async () => {
    const { clock, authenticator, login } = create();
    const address = "[2001:db8::1]:9";
    for (let time = 0; time < 3; time++) await login("bad", address);
    await clock.advance(400);
    await expect(authenticator.admit("good", { scheme: "tcp", address })).rejects.toMatchObject({
      outcome: "not-executed",
      retryAfterMs: 600,
      message: "too many failed logins from this address (maxFailedLogins); try again in 600 ms",
    });
  });

  it("are not forgotten for a good one between, and are after a while", async () => {
    const { clock, login } = create();
    for (const shown of ["bad", "good", "bad", "down", "good", "bad"]) await login(shown, "10.0.0.1:1");
    expect(await login("good", "10.0.0.1:1")).toBe("resource_exhausted");
    await clock.advance(1_000);
    for (const shown of ["bad", "bad"]) await login(shown, "10.0.0.1:1");
    await clock.advance(1_000);
    for (const shown of ["bad", "bad"]) await login(shown, "10.0.0.1:1");
    expect(await login("good", "10.0.0.1:1")).toBe("somebody");
  });

  it.each(["127.0.0.1:5", "[::1]:5", "[::ffff:127.0.0.1]:5", undefined])(
    "are not counted for %s",
    async (address) => {
      const { login } = create();
      for (let time = 0; time < 9; time++) await login("bad", address);
      expect(await login("good", address)).toBe("somebody");
    },
  );

  it("are remembered for so many addresses and no more", async () => {
    const { login } = create();
    for (let time = 0; time < 3; time++) await login("bad", "10.0.0.1:1");
    for (let other = 0; other < maxWatchedAddresses; other++) await login("bad", `host-${other}:1`);
    expect(await login("good", "10.0.0.1:1")).toBe("somebody");
  });
});

describe("sameSecret", () => {
  it("tells the secret from everything else", () => {
    expect(sameSecret("s3cret", "s3cret")).toBe(true);
    expect(sameSecret(new TextEncoder().encode("s3cret"), "s3cret")).toBe(true);
    for (const other of ["s3cre", "s3cret ", "", undefined, null, 5, {}, ["s3cret"], new Uint8Array(6)])
      expect(sameSecret(other, "s3cret")).toBe(false);
  });

  it.each([undefined, "", new Uint8Array()])("refuses to compare with %j", (secret) => {
    expect(() => sameSecret("", secret)).toThrow(
      new TypeError("sameSecret: the secret to compare with is empty; is its variable set?"),
    );
  });
});
