import { Event, event, service } from "@rpc/core";

interface Trade { id: number }

@service("Feed")
export class Feed {
  @event() readonly plain = new Event<Trade>();
  @event() readonly said: Event<"open" | "closed"> = new Event();
  @event({ name: "other", mode: "log" }) readonly renamed = new Event<readonly Trade[]>();
}
