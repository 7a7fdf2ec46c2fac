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
