import { expose, service } from "@rpc/core";

interface Base { id: string }
interface Priced { price: number }
interface Trade extends Base, Priced { size: number }

@service("S")
export class S {
  @expose()
  get(): Trade { throw new Error(); }
}
