import { expose, service } from "@rpc/core";

@service("wire")
export class S {
  @expose({ name: "get-it" }) get(): string { return ""; }
  @expose({ name: `b` }) c(): void {}
}
