import { expect, it } from "vitest";
import { ConnectionCount } from "../src/connection-count.js";

it("refuses connections over the limits, and takes more when some have gone", () => {
  const count = new ConnectionCount({ maxConnections: 3, maxConnectionsPerAddress: 2 });
  expect(count.add("10.0.0.1")).toBeUndefined();
  expect(count.add("10.0.0.1")).toBeUndefined();
  expect(count.add("10.0.0.1")).toBe("maxConnectionsPerAddress 2 reached by 10.0.0.1");
  expect(count.add("10.0.0.2")).toBeUndefined();
  expect(count.add("10.0.0.3")).toBe("maxConnections 3 reached");
  count.remove("10.0.0.1");
  expect(count.add("10.0.0.1")).toBeUndefined();
});

it("counts all addresses of an IPv6 network as one", () => {
  const count = new ConnectionCount({ maxConnections: 9, maxConnectionsPerAddress: 2 });
  expect(count.add("2001:db8:0:7::1")).toBeUndefined();
  expect(count.add("2001:db8:0:7::2")).toBeUndefined();
  expect(count.add("2001:db8:0:7:8::3")).toBe("maxConnectionsPerAddress 2 reached by 2001:db8:0:7::/64");
  expect(count.add("2001:db8:0:8::1")).toBeUndefined();
  count.remove("2001:db8:0:7::1");
  expect(count.add("2001:db8:0:7:8::3")).toBeUndefined();
});

it("counts loopback and unix sockets only in all", () => {
  const count = new ConnectionCount({ maxConnections: 4, maxConnectionsPerAddress: 1 });
  for (const address of ["127.0.0.1", "127.0.0.1", undefined, undefined]) {
    expect(count.add(address)).toBeUndefined();
  }
  count.remove("127.0.0.1");
  count.remove(undefined);
  expect(count.add("::1")).toBeUndefined();
  expect(count.add(undefined)).toBeUndefined();
  expect(count.add(undefined)).toBe("maxConnections 4 reached");
});
