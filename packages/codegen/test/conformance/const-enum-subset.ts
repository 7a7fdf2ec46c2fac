import { expose, service } from "@rpc/core";

const enum Color { Red = "r", Green = "g", Blue = "b" }

@service("S")
export class S {
  @expose()
  get(): Color.Red | Color.Blue { throw new Error(); }
}
