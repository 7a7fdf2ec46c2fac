import { expose, service } from "@rpc/core";

type Side = "buy" | "sell";

@service("S")
export class S {
  @expose()
  get(side?: Side): Side | null { throw new Error(); }

  @expose()
  list(): (Side | undefined)[] { throw new Error(); }
}
