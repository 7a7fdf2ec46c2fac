import { expose, service } from "@rpc/core";

class Base {
  @expose() kept(): void {}
  @expose() gone(): void {}
}

@service("Child")
export class Child extends Base {
  @expose({ hidden: true }) override gone(): void {}
}
