import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  draw(...point: [x: number, y: number, label?: string]): void {}
}
