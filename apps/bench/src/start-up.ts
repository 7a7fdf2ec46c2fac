import { median } from "./figures.js";
import { HalfProcess } from "./half-process.js";

/** CPU that it takes to begin, without Node's own start. */
export interface StartUpFigures {
  /** Loading the peer, and listening. */
  readonly serverCpuMs: number;
  /** Loading the peer, connecting, and the first answer. */
  readonly clientCpuMs: number;
}

/** Starts a peer's server and client that many times, anew each time; medians. */
export async function measureStartUp(peer: string, times: number): Promise<StartUpFigures> {
  const servers: number[] = [];
  const clients: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const server = new HalfProcess(peer, "server");
    const { url, startUs = 0 } = await server.ready;
    const client = new HalfProcess(peer, "client", url ?? "");
    clients.push(((await client.ready).startUs ?? 0) / 1_000);
    servers.push(startUs / 1_000);
    await client.close();
    await server.close();
  }
  return { serverCpuMs: median(servers), clientCpuMs: median(clients) };
}
