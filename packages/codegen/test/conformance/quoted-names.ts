import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  get(): { "content-type": string; 1: number; "": boolean } { throw new Error(); }
}
