import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  page(size = 20, from: Date = new Date(0), side: "up" | "down" = "up"): string[] { throw new Error(); }
}
