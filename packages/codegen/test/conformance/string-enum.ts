import { expose, service } from "@rpc/core";

/** Way. */
enum Side { Buy = "buy", Sell = "sell" }

@service("S")
export class S {
  @expose()
  get(side: Side): Side { throw new Error(); }
}
