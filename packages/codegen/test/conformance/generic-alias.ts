import { expose, service } from "@rpc/core";

interface Order { id: number }
type Maybe<Value> = { found: true; value: Value } | { found: false };

@service("S")
export class S {
  @expose()
  find(): Maybe<Order> { throw new Error(); }
}
