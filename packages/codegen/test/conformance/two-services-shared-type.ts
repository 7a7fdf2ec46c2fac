import { expose, service } from "@rpc/core";

interface Order { id: number }

@service("B")
export class B {
  @expose() get(): Order { return { id: 1 }; }
}

@service("A")
export class A {
  @expose() put(order: Order): void { void order; }
}
