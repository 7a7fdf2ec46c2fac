import { describe, expect, it } from "vitest";
import { networkOf } from "../src/network-of.js";
import { hostOf } from "../src/server/host-of.js";

describe("networkOf", () => {
  it.each([
    ["10.0.0.1", "10.0.0.1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["2001:db8:0:7:1:2:3:4", "2001:db8:0:7::/64"],
    ["2001:db8:0:7::4", "2001:db8:0:7::/64"],
    ["[2001:DB8::1]", "2001:db8:0:0::/64"],
    ["2001:0db8:0000:0000::1", "2001:db8:0:0::/64"],
    ["64:ff9b::1.2.3.4", "64:ff9b:0:0::/64"],
    ["fe80::1", "fe80::1"],
    ["desk.example", "desk.example"],
    ["1:2:3:4:5:6:7:8:9::a::b", "1:2:3:4::/64"],
    ["no: address", "no: address"],
  ])("of %s is %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe("hostOf", () => {
  it.each([
    ["10.0.0.1:7", "10.0.0.1"],
    ["10.0.0.12", "10.0.0.12"],
    ["[2001:db8::1]:7", "2001:db8:0:0::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["[::ffff:10.0.0.1]:7", "10.0.0.1"],
    ["127.0.0.1:7", undefined],
    ["[::1]:7", undefined],
    ["::1", undefined],
    ["[::ffff:127.0.0.1]:7", undefined],
    [undefined, undefined],
  ])("of %s is %s", (address, host) => {
    expect(hostOf({ scheme: "tcp", ...(address !== undefined && { address }) })).toBe(host);
  });
});
