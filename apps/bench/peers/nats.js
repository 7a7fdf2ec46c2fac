/** NATS request and reply, and publish, through a real nats-server, whose CPU counts. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { connect } from "@nats-io/transport-node";
import { checkName, checkOrder, createTick, name, order, TickCheck, ticksPerTurn } from "../dist/data.js";

async function findPort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function startBroker(port) {
  const child = spawn("nats-server", ["-a", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  await once(child, "spawn");
  // However this half ends, its broker does not outlive it.
  process.on("exit", () => child.kill());
  return child;
}

// In ticks of 10 ms, as Linux counts: fields 14 and 15, behind the name in brackets.
function cpuUsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

export const peer = {
  name: "nats",
  about: "NATS through nats-server, JSON",
  async serve() {
    const port = await findPort();
    const broker = await startBroker(port);
    const connection = await connect({ servers: `127.0.0.1:${port}`, waitOnFirstConnect: true });
    let served = 0;
    let published = 0;
    connection.subscribe("bench.echo", {
      callback(_, message) {
        served += 1;
        message.respond(message.data);
      },
    });
    connection.subscribe("bench.publish", {
      async callback(_, message) {
        served += 1;
        const count = message.json();
        for (let sent = 0; sent < count; sent += 1) {
          connection.publish("ticks.STOCK.AAPL", JSON.stringify(createTick(published)));
          published += 1;
          if (sent % ticksPerTurn === ticksPerTurn - 1) await new Promise((resolve) => setImmediate(resolve));
        }
        message.respond("done");
      },
    });
    await connection.flush();
    return {
      url: `127.0.0.1:${port}`,
      served: () => served,
      otherCpuUs: () => cpuUsOf(broker.pid),
      async close() {
        await connection.close();
        broker.kill();
      },
    };
  },
  async connect(url) {
    const connection = await connect({ servers: url });
    const check = new TickCheck();
    const ask = async (value) =>
      (await connection.request("bench.echo", JSON.stringify(value), { timeout: 60_000 })).json();
    return {
      call: async () => checkName(await ask(name)),
      object: async () => checkOrder(await ask(order)),
      async subscribe() {
        connection.subscribe("ticks.>", { callback: (_, message) => check.take(message.json().n) });
        await connection.flush();
      },
      hear: (count) => check.next(count),
      async publish(count) {
        await connection.request("bench.publish", JSON.stringify(count), { timeout: 60_000 });
      },
      close: () => connection.close(),
    };
  },
};
