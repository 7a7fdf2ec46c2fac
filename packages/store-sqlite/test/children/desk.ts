import { appendFileSync } from "node:fs";
import { expose, serve, service } from "@rpc/core";
import { sqliteOutcomeStore } from "@rpc/store-sqlite";
import { tcp } from "@rpc/transport-tcp";

const [folder = ""] = process.argv.slice(2);

@service("Desk")
class Desk {
  @expose({ once: { windowMs: 60_000 } })
  async placeOrder(instrument: string, forever: boolean): Promise<string> {
    appendFileSync(`${folder}/orders`, `${instrument}\n`);
    if (forever) await new Promise(() => setInterval(() => {}, 1_000));
    return `bought ${instrument}`;
  }
}

const outcomeStore = sqliteOutcomeStore({ path: `${folder}/outcomes.db` });
const server = await serve([new Desk()], { transports: [tcp()], listen: "tcp://127.0.0.1:0", outcomeStore });
console.log(server.urls[0]);
