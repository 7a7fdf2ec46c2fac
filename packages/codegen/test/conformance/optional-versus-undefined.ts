import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  get(): { a?: string; b: string | undefined; c?: string | undefined } { throw new Error(); }
}
