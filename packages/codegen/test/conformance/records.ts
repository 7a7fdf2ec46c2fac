import { expose, service } from "@rpc/core";

type Side = "buy" | "sell";

@service("S")
export class S {
  @expose()
  a(): Record<string, number> { throw new Error(); }

  @expose()
  b(): Record<"x" | "y", Date> { throw new Error(); }

  @expose()
  c(): Partial<Record<Side, number>> { throw new Error(); }
}
