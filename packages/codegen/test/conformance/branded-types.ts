import { expose, service } from "@rpc/core";

type UserId = string & { readonly __brand: "UserId" };
type Cents = number & { readonly __brand: unique symbol };

@service("S")
export class S {
  @expose()
  get(id: UserId, cents: Cents): { id: UserId } { throw new Error(); }
}
