import { type CallContext, expose, type LostSession, type Remote, service } from "@rpc/core";
import { Simulation } from "@rpc/core/testing";
import { expect, test } from "vitest";

@service("Desk")
class Desk {
  readonly orders = new Map<number, string | undefined>();

  @expose({ context: true })
  place(context: CallContext, number: number): void {
    this.orders.set(number, context.sessionId);
  }

  /** What a desk does about orders whose owner is gone. */
  cancelOf({ id }: LostSession): void {
    for (const [number, owner] of this.orders) if (owner === id) this.orders.delete(number);
  }
}

const url = "sim:desk";
const limits = { sessionRetentionMs: 2_000, heartbeatMs: 100 };
const place = (client: { service<Service extends object>(name: string): Service }, number: number) =>
  (client.service<Remote<Desk>>("Desk") as unknown as { place(number: number): Promise<void> }).place(number);

test("a desk cancels what a lost client left behind, after its retention and not before, and no other's", async () => {
  await new Simulation(1).run(async (simulation) => {
    const desk = new Desk();
    const lost: LostSession[] = [];
    const onSessionLost = (session: LostSession) => {
      lost.push(session);
      desk.cancelOf(session);
    };
    const server = await simulation.serve([desk], {
      listen: url,
      limits,
      onSessionLost,
      authenticate: (name) => name,
    });
    const gone = await simulation.connect(url, { credentials: () => "gone" });
    await place(gone, 1);
    const [link] = simulation.network.links;
    const stays = await simulation.connect(url, { credentials: () => "stays" });
    await place(stays, 2);
    link!.freeze("both");
    const closing = gone.close();
    await simulation.sleep(1_500);
    expect([...desk.orders.keys()]).toEqual([1, 2]);
    await simulation.sleep(2_000);
    await closing;
    expect([...desk.orders.keys()]).toEqual([2]);
    expect(lost.map(({ identity, reason }) => [identity, reason.code])).toEqual([["gone", "unavailable"]]);
    await stays.close();
    await simulation.sleep(100);
    expect(lost.map(({ identity, reason }) => [identity, reason.code])[1]).toEqual(["stays", "cancelled"]);
    await server.close();
  });
});

test("a client that comes back in time is not told lost", async () => {
  await new Simulation(2).run(async (simulation) => {
    const lost: LostSession[] = [];
    const server = await simulation.serve([new Desk()], {
      listen: url,
      limits,
      onSessionLost: (session) => lost.push(session),
    });
    const client = await simulation.connect(url);
    for (const link of simulation.network.links) link.cut();
    await simulation.sleep(10_000);
    await place(client, 1);
    expect(lost).toEqual([]);
    await client.close();
    await server.close();
  });
});

test("the server's end waits for what the application does about its sessions, and logs what fails", async () => {
  await new Simulation(3).run(async (simulation) => {
    const errors: unknown[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error: (text: unknown) => void errors.push(text) };
    let done = false;
    const onSessionLost = async () => {
      await simulation.sleep(100);
      done = true;
      throw new Error("no broker");
    };
    const server = await simulation.serve([new Desk()], { listen: url, limits, onSessionLost, logger });
    const client = await simulation.connect(url);
    await server.close({ graceMs: 0 });
    expect(done).toBe(true);
    expect(String(errors[0])).toContain("no broker");
    await client.close();
  });
});
