import { expose, service } from "@rpc/core";

interface Order { side: "buy" | "sell"; legs: { symbol: string }[] }

@service("S")
export class S {
  @expose()
  a(): Order["side"] { throw new Error(); }

  @expose()
  b(key: keyof Order): Order["legs"][number] { throw new Error(); }
}
