import { tcp } from "@rpc/transport-tcp";
import { expect, it } from "vitest";
import { isLoopback, parseAddress } from "../src/address.js";

it("reads hosts, ports and socket files", () => {
  expect(parseAddress(new URL("tcp://desk.example:7000"))).toEqual({
    type: "host",
    host: "desk.example",
    port: 7000,
    secure: false,
  });
  expect(parseAddress(new URL("tls://[::1]:0"))).toEqual({
    type: "host",
    host: "::1",
    port: 0,
    secure: true,
  });
  expect(parseAddress(new URL("unix:/run/a%20b.sock"))).toEqual({ type: "file", path: "/run/a b.sock" });
  expect(parseAddress(new URL("unix:///run/x"))).toEqual({ type: "file", path: "/run/x" });
});

it.each([
  ["http://a:1", "expected tcp://host:port, tls://host:port or unix:/path, got http:"],
  ["tcp://a", "tcp://a names no port; expected tcp://host:port"],
  ["tcp:7000", "tcp: names no host; expected tcp://host:port"],
  ["tcp://*:1", "tcp://*:1 names no host; to listen everywhere, write 0.0.0.0 or [::] instead of *"],
  ["tcp://me:secret@a:1", "tcp://a:1 takes no user or password; expected tcp://host:port"],
  ["tls://a:1/b?c=d", "tls://a:1 takes nothing after the port, got /b?c=d"],
  ["unix://run/x", "unix://run/x names a host, run; expected unix:/path with one slash"],
  ["unix:x.sock", "unix:x.sock is not the absolute path of a file; expected unix:/path"],
  ["unix:/run/", "unix:/run/ is not the absolute path of a file; expected unix:/path"],
  ["unix:/a?b", "unix:/a?b has a ? or # in its path; write %3F or %23"],
  ["unix:/a%zz", "unix:/a%zz has a wrong % escape in its path"],
  ["unix:/a%00b", "unix:/a%00b has a wrong % escape in its path"],
  [`unix:/${"p".repeat(200)}`, "path of 201 bytes exceeds"],
])("refuses %s", (url, message) => {
  expect(() => parseAddress(new URL(url))).toThrow(message);
  expect(() => parseAddress(new URL(url))).toThrow(
    expect.objectContaining({ code: "invalid_argument", outcome: "not-executed" }),
  );
});

it("takes only this machine's own addresses for loopback", () => {
  const own = ["127.0.0.1", "127.8.9.10", "::1", "localhost", "::ffff:127.0.0.1"];
  const others = [
    "0.0.0.0",
    "::",
    "127.evil.example",
    "localhost.evil.example",
    "10.0.0.1",
    "::ffff:10.0.0.1",
    "",
  ];
  expect(own.filter(isLoopback)).toEqual(own);
  expect(others.filter(isLoopback)).toEqual([]);
});

it("tells who could reach a listener", () => {
  const plain = tcp();
  const mutual = tcp({ tls: { key: "k", cert: "c", ca: "a", requestCert: true } });
  const lax = tcp({ tls: { key: "k", cert: "c", ca: "a", requestCert: true, rejectUnauthorized: false } });
  expect(plain.exposure(new URL("unix:/x"))).toBe("local");
  expect(plain.exposure(new URL("tcp://[::1]:1"))).toBe("local");
  expect(plain.exposure(new URL("tcp://0.0.0.0:1"))).toBe("open");
  expect(plain.exposure(new URL("tls://0.0.0.0:1"))).toBe("open");
  expect(mutual.exposure(new URL("tls://0.0.0.0:1"))).toBe("authenticated");
  expect(mutual.exposure(new URL("tcp://0.0.0.0:1"))).toBe("open");
  expect(lax.exposure(new URL("tls://0.0.0.0:1"))).toBe("open");
});
