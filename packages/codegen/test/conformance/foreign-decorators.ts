import { expose, service } from "@rpc/core";

const event = () => (_: object, __: string) => {};
const trace = (_: object, __: string) => {};

@service("S")
export class S {
  @event() field = 1;
  @trace @expose() get(): void {}
}
