import { expose, service } from "@rpc/core";

interface Order { id: bigint; note?: string }

@service("S")
export class S {
  @expose()
  a(): Partial<Order> { throw new Error(); }

  @expose()
  b(): Required<Order> { throw new Error(); }

  @expose()
  c(): Readonly<Order> { throw new Error(); }
}
