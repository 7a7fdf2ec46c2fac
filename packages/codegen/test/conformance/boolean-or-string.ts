import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  flag(value: boolean | "auto"): boolean { throw new Error(); }
}
