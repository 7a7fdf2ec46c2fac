import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  index(): Map<string, Set<number>> { throw new Error(); }

  @expose()
  frozen(): ReadonlyMap<bigint, ReadonlySet<string>> { throw new Error(); }
}
