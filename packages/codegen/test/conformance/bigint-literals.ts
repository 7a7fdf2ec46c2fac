import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  pick(value: 1n | 2n | -3n): bigint { throw new Error(); }
}
