import { expose, service } from "@rpc/core";

interface Node { value: string; children: Node[]; parent?: Node | null }

@service("S")
export class S {
  @expose()
  tree(): Node { throw new Error(); }
}
