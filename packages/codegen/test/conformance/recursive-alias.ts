import { expose, service } from "@rpc/core";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

@service("S")
export class S {
  @expose()
  json(value: Json): Json { throw new Error(); }
}
