import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  get(): string { throw new Error(); }

  @expose()
  options(): { cause?: unknown } { throw new Error(); }
}
