import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  get(): { [key: `x-${string}`]: string } { throw new Error(); }
}
