import { Child } from "../child.js";
import { TcpProxy } from "../faults/tcp-proxy.js";
import type { CallsMade, CallsWanted, CountClientOptions } from "../programs/count-client.js";
import type { CountServerOptions, Executions } from "../programs/count-server.js";
import { type Figure, type Findings, none, type Proof, type Size } from "../proof.js";
import { portOf, type Scheme } from "../transports.js";

const sizes = {
  short: { calls: 40_000, cuts: 40, inFlight: 256 },
  full: { calls: 1_000_000, cuts: 1_000, inFlight: 256 },
};

/** Calls over real connections that are cut again and again, half of them by a reset. */
export const cutsTcp: Proof = createCuts("tcp", "TCP");
export const cutsZmq: Proof = createCuts("zmq", "ZeroMQ");

function createCuts(scheme: Scheme, called: string): Proof {
  return {
    name: `cuts-${scheme}`,
    what: `calls over ${called} between two processes, whose connections are cut and reset`,
    run: (size) => cut(scheme, size),
  };
}

async function cut(scheme: Scheme, size: Size): Promise<Findings> {
  const { calls, cuts, inFlight } = sizes[size];
  const warmUp = Math.round(calls / 10);
  const keys = warmUp + calls;
  const server = await Child.start<string>("count-server", { scheme, keys } satisfies CountServerOptions);
  const proxy = await TcpProxy.to(portOf(server.answer));
  const url = `${scheme}://127.0.0.1:${proxy.port}`;
  const { child: client } = await Child.start("count-client", { scheme, url } satisfies CountClientOptions);
  try {
    const call = (wanted: CallsWanted) => client.ask<CallsMade>("calls", wanted);
    await call({ from: 1, to: warmUp, inFlight });
    await Promise.all([server.child.ask("warm"), client.ask("warm")]);
    // Every connection ends after a number of bytes drawn at random: in a handshake, between packets, inside one.
    const bytesPerCut = (((proxy.passed.toServer + proxy.passed.toClient) / warmUp) * calls) / cuts;
    let fates = 0;
    proxy.nextFate = () =>
      fates === cuts
        ? undefined
        : {
            kind: fates++ % 2 === 0 ? "cut" : "reset",
            afterBytes: Math.floor(Math.random() * 1.6 * bytesPerCut),
          };
    proxy.end("cut");
    const made = await call({ from: warmUp + 1, to: keys, inFlight });
    const executions = await server.child.ask<Executions>("count");
    const { cut, reset } = proxy.met;
    return {
      tried: `${calls.toLocaleString("en")} calls, ${cut} cuts and ${reset} resets`,
      figures: compare(made, executions, { calls, keys, cuts, ended: cut + reset }),
      notes: made.failed,
    };
  } finally {
    await Promise.all([client.end(), server.child.end()]);
    await proxy.close();
  }
}

function compare(
  { succeeded, failed, wrong, resumes, resets, grownMiB }: CallsMade,
  { ran, doubled, grownMiB: serverGrownMiB }: Executions,
  { calls, keys, cuts, ended }: { calls: number; keys: number; cuts: number; ended: number },
): readonly Figure[] {
  return [
    none("lost", keys - ran),
    none("doubled", doubled),
    none("failed", failed.length),
    none("unsettled", calls - succeeded - failed.length),
    none("wrong", wrong),
    none("resets of the session", resets),
    // Some end in a handshake, so before they resume anything.
    { name: "resumes", value: resumes, atLeast: cuts / 2 },
    { name: "connections ended", value: ended, atLeast: cuts * 0.8 },
    { name: "MiB more at the server", value: serverGrownMiB, atMost: 64 },
    { name: "MiB more at the client", value: grownMiB, atMost: 64 },
  ];
}
