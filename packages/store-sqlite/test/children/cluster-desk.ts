import cluster from "node:cluster";
import { appendFileSync } from "node:fs";
import { Event, event, expose, serve, service } from "@rpc/core";
import { sqliteOutcomeStore } from "@rpc/store-sqlite";
import { tcp } from "@rpc/transport-tcp";

const [folder = ""] = process.argv.slice(2);

@service("Desk")
class Desk {
  @event() readonly said = new Event<string>();

  @expose() pid(): number {
    return process.pid;
  }

  @expose() say(text: string): void {
    this.said.publish("desk", text);
  }

  @expose({ once: { windowMs: 60_000 } })
  async placeOrder(instrument: string): Promise<string> {
    appendFileSync(`${folder}/orders`, `${instrument}\n`);
    if (instrument === "slow") await new Promise((resolve) => process.once("message", resolve));
    return `bought ${instrument} in ${process.pid}`;
  }
}

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  for (const worker of workers) worker.on("message", (url) => process.send?.(url));
  process.on("message", (message: string) => {
    for (const worker of workers) if (worker.isConnected()) worker.send(message);
  });
  process.on("disconnect", () => process.exit());
} else {
  const outcomeStore = sqliteOutcomeStore({ path: `${folder}/outcomes.db` });
  const listen = "tcp://127.0.0.1:0";
  const server = await serve([new Desk()], { transports: [tcp()], listen, outcomeStore });
  process.once("SIGTERM", async () => {
    await server.close();
    outcomeStore.close();
    process.exit();
  });
  process.send?.(server.urls[0]);
}
