import { expose, service } from "@rpc/core";

interface Order { id: bigint; note?: string }
type Flags<Kind> = { readonly [Name in keyof Kind]: boolean };

@service("S")
export class S {
  @expose()
  flags(): Flags<Order> { throw new Error(); }
}
