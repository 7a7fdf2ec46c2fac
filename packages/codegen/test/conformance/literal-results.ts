import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  side(): "buy" | "sell" { throw new Error(); }

  @expose()
  one(): 1 { throw new Error(); }

  @expose()
  yes(): true { throw new Error(); }

  @expose()
  big(): 10n { throw new Error(); }
}
