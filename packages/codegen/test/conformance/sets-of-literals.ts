import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  days(): Set<"mon" | "tue"> { throw new Error(); }

  @expose()
  keys(): Map<"a" | "b", boolean> { throw new Error(); }
}
