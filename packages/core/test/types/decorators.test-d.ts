import { type CallContext, Event, event, expose, RpcError, service } from "../../src/index.js";

class NotFound extends RpcError {
  constructor(readonly id: number) {
    super("not_found", "none");
  }
}

@service("Desk")
export class Desk {
  @event readonly bare = new Event<number>();
  @event() readonly called = new Event<number>();
  @event({ mode: "log", history: { count: 5 } }) readonly logged = new Event<number>();
  @event({ mode: "table", key: "id" }) readonly orders = new Event<{ id: string }>();
  @event({ name: "fills", mode: "signal", maxTopics: 10 }) readonly configured = new Event<{
    price: number;
  }>();

  @expose plain(): void {}
  @expose() async later(name: string): Promise<string> {
    return name;
  }
  @expose({ context: true, idempotent: true, throws: [NotFound] }) find(
    _context: CallContext,
    id: number,
  ): number {
    return id;
  }

  // @ts-expect-error a field is no method
  @expose() field = 1;
  // @ts-expect-error nor is it without parentheses
  @expose other = 1;

  // @ts-expect-error an option nobody knows
  @expose({ idempotnet: true }) typo(): void {}
  // @ts-expect-error a mode that this version does not have
  @event({ mode: "stream" }) readonly streamed = new Event<number>();
  // @ts-expect-error what a method throws is declared as RpcErrors
  @expose({ throws: [Error] }) fails(): void {}
}

@service
export class Bare {}

@service()
export class Called {}

// @ts-expect-error the name is a string
@service(7)
export class Numbered {}

const desk = new Desk();
desk.configured.publish("a", { price: 1 });
// @ts-expect-error an event has values of one type
desk.configured.publish("a", { cost: 1 });
// @ts-expect-error and topics are strings
desk.configured.publish(1, { price: 1 });
