import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  get(id: `order-${number}`, path: `${string}/${string}`): `${"a" | "b"}-${bigint}` { throw new Error(); }
}
