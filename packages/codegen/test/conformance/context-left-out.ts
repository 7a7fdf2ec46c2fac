import { type CallContext, expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose({ context: true }) who(context: CallContext, greeting: string): string { return `${greeting} ${String(context.identity)}`; }
  @expose({ context: true }) alone(_: CallContext): void {}
}
