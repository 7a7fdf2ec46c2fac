import { expose, service } from "@rpc/core";

interface Bag { [key: string]: number | string; size: number }

@service("S")
export class S {
  @expose()
  get(): Bag { throw new Error(); }
}
