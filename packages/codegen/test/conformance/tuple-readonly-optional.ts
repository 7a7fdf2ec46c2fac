import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  pairs(): readonly [key: string, value?: number] { throw new Error(); }

  @expose()
  head(): [string, ...number[]] { throw new Error(); }
}
