import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  maybe(value: string | null | undefined): number | null { throw new Error(); }

  @expose()
  gone(): undefined { throw new Error(); }
}
