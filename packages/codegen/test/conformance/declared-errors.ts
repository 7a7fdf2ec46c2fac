import { expose, RpcError, service } from "@rpc/core";

/** Nothing is left. */
class Full extends RpcError {
  constructor(readonly seats: number, readonly until?: Date) { super("resource_exhausted", "full"); }
}
class FullToday extends Full {}

@service("Seats")
export class Seats {
  @expose({ throws: [Full, FullToday] }) take(): void {}
  @expose({ throws: [Full] }) hold(): void {}
}
