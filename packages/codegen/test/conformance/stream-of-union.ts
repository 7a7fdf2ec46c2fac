import { expose, service } from "@rpc/core";

type Change = { type: "added"; id: bigint } | { type: "gone" };

@service("S")
export class S {
  @expose()
  async *changes(from?: bigint): AsyncGenerator<Change> { void from; }

  @expose()
  all(): AsyncIterable<Change[]> { throw new Error(); }
}
