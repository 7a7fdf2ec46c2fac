import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  put(value: unknown, thing: object): unknown { throw new Error(); }
}
