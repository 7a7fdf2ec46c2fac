import { memory } from "@rpc/core";
import { testTransport } from "@rpc/core/testing";
import { test } from "vitest";

testTransport({
  name: "memory",
  test,
  async create() {
    const transport = memory();
    return { serving: transport, connecting: transport, url: "memory:suite" };
  },
  openHandles: () => process.getActiveResourcesInfo(),
});
