import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  same(a: string[], b: Array<string>, c: readonly string[], d: ReadonlyArray<string>): string[][] { throw new Error(); }
}
