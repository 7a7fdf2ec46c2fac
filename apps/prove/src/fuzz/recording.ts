import { connect, memory, serve } from "@rpc/core";
import type { Connection, Transport } from "@rpc/core/transport";
import { Everything, useEverything } from "./everything.js";

/** A packet that was sent, and by whom. */
export interface SentPacket {
  readonly by: "client" | "server";
  readonly bytes: Uint8Array;
}

/** Records a session that uses everything: its packets in the order they were sent, hello and welcome first. */
export async function recordSession(): Promise<readonly SentPacket[]> {
  const sent: SentPacket[] = [];
  const inner = memory();
  const recording: Transport = {
    schemes: inner.schemes,
    exposure: (url) => inner.exposure(url),
    connect: async (url, options) => record(await inner.connect(url, options), "client", sent),
    listen: (url, options, accept) =>
      inner.listen(url, options, (connection) => accept(record(connection, "server", sent))),
  };
  const url = "memory:recorded";
  const server = await serve([new Everything()], { transports: [recording], listen: url });
  const client = await connect(url, { transports: [recording] });
  await useEverything(client);
  await client.close();
  await server.close();
  return sent;
}

function record(connection: Connection, by: SentPacket["by"], sent: SentPacket[]): Connection {
  const send = connection.send.bind(connection);
  connection.send = (packet) => {
    sent.push({ by, bytes: new Uint8Array(packet) });
    return send(packet);
  };
  return connection;
}
