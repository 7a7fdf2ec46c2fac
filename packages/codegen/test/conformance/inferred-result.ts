import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  get() { return { at: new Date(), tags: ["a"], both: Math.random() > 0.5 ? 1 : null }; }

  @expose()
  async later() { return "text"; }
}
