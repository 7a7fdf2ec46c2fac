import { connect, Event, event, type Remote, serve, service } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";

@service("Market")
class Market {
  @event()
  readonly prices = new Event<number>();
}

const transports = [tcp()];
const market = new Market();
await using server = await serve([market], { transports, listen: "tcp://127.0.0.1:0" });
await using client = await connect(server.urls[0], { transports });

// The server has confirmed when this line is done, so not even the first price is missed.
const subscription = await client.service<Remote<Market>>("Market").prices.subscribe("A");

for (let price = 1; price <= 3; price += 1) {
  market.prices.publish("AAPL", price);
  market.prices.publish("BABA", price * 10);
  market.prices.publish("AMZN", price * 100);
}

let count = 0;
for await (const item of subscription) {
  if (item.kind === "gap") console.log(`${item.topic}: ${item.from} to ${item.to} are missing`);
  else if (item.kind === "live") console.log(`${item.topic} ${item.seq}: ${item.value}`);
  count += 1;
  if (count === 6) break;
}
