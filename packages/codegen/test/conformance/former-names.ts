import { Event, event, expose, service } from "@rpc/core";

const first = "order";

@service("Desk")
export class Desk {
  @event({ formerly: "filled" }) readonly fills = new Event<string>();
  @expose({ formerly: [first, "buy"] }) place(symbol: string): void {
    throw symbol;
  }
}
