import { expose, service } from "@rpc/core";

const Side = { Buy: "buy", Sell: "sell" } as const;
type Side = (typeof Side)[keyof typeof Side];

@service("S")
export class S {
  @expose()
  get(side: Side): void { void side; }
}
