import { expose, service } from "@rpc/core";

class Base {
  @expose()
  read(key: string): string | null { return key; }
}

@service("Child")
export class Child extends Base {
  override read(key: string): string { return key; }
}
