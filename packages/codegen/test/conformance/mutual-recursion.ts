import { expose, service } from "@rpc/core";

interface Left { right?: Right }
interface Right { lefts: Map<string, Left> }

@service("S")
export class S {
  @expose()
  get(): Left { throw new Error(); }
}
