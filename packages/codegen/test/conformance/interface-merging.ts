import { expose, service } from "@rpc/core";

interface Box { first: string }
interface Box { second: number }

@service("S")
export class S {
  @expose()
  get(): Box { throw new Error(); }
}
