import { expose, service } from "@rpc/core";

interface Order { id: bigint; at: Date; note?: string }

@service("S")
export class S {
  @expose()
  a(): Omit<Order, "id"> { throw new Error(); }

  @expose()
  b(): Pick<Order, "id" | "at"> { throw new Error(); }
}
