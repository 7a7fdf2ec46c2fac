import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  nothing(): void {}

  @expose()
  async later(): Promise<void> {}
}
