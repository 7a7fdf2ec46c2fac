import { expose, service } from "@rpc/core";

enum Level { Low, Middle = 5, High }

@service("S")
export class S {
  @expose()
  get(): Level | null { throw new Error(); }

  @expose()
  high(): Level.High { throw new Error(); }
}
