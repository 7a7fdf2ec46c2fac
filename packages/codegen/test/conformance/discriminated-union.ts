import { expose, service } from "@rpc/core";

interface Circle { kind: "circle"; radius: number }
interface Square { kind: "square"; side: number }
type Shape = Circle | Square;

@service("S")
export class S {
  @expose()
  shape(): Shape { throw new Error(); }
}
