import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  sum(...values: number[]): number { throw new Error(); }

  @expose()
  mixed(first: string, ...others: (string | null)[]): void {}
}
