import { expose, service } from "@rpc/core";

interface Order { price: number; size: number }

@service("S")
export class S {
  @expose()
  place({ price, size }: Order, [first]: string[]): void { void [price, size, first]; }
}
