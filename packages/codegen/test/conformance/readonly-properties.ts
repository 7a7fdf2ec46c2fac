import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  get(): { readonly a: string; b: readonly number[] } { throw new Error(); }
}
