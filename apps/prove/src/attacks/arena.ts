import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Transport } from "@rpc/core";
import { type helloOf, ScriptedPeer } from "@rpc/core/testing";
import { Child } from "../child.js";
import type { AttackedState } from "../programs/attacked-server.js";
import type { HonestReport } from "../programs/honest-client.js";
import { createTransport, type Scheme } from "../transports.js";
import type { Attack, Field } from "./attack.js";

/** What became of an attack. */
export interface Verdict {
  readonly attack: Attack;
  readonly scheme: Scheme;
  /** What the attacker got. */
  readonly got: string;
  readonly seconds: number;
  readonly honest: HonestReport | undefined;
  readonly state: AttackedState | undefined;
  /** What is wrong, a line each; none when the attack cost its sender only. */
  readonly problems: readonly string[];
}

/** Longest that a call of the honest client may take meanwhile. */
export const patienceMs = 250;
/** Longest that an attack may take: a server without limits is not worth waiting for. */
const attackMs = { limited: 15_000, bare: 2_000 };
// A machine that is busy with something else delays a call as well as an attack does: an attack does it every time.
const tries = 3;

/** A live server, an honest client that calls it all the time, and this process that attacks it. */
export class Arena {
  readonly #transport = { tcp: createTransport("tcp"), zmq: createTransport("zmq") };
  readonly #urls: Readonly<Record<Scheme, URL>>;
  readonly #server: Child;
  readonly #honest: Child;
  readonly #attackMs: number;

  private constructor(urls: Readonly<Record<Scheme, URL>>, server: Child, honest: Child, bare: boolean) {
    this.#attackMs = bare ? attackMs.bare : attackMs.limited;
    this.#urls = urls;
    this.#server = server;
    this.#honest = honest;
  }

  /** Starts them; `bare` is a server without scan and limits. The honest client comes by `scheme`. */
  static async open(scheme: Scheme, bare = false): Promise<Arena> {
    const { child: server, answer } = await Child.start<string[]>("attacked-server", { bare });
    const at = { tcp: new URL(answer[0]!), zmq: new URL(answer[1]!) };
    const { child: honest } = await Child.start<void>("honest-client", { scheme, url: at[scheme].href });
    return new Arena(at, server, honest, bare);
  }

  /** Runs one attack, again if another client noticed it, and judges the best. */
  async run(attack: Attack, scheme: Scheme): Promise<Verdict> {
    let verdict = await this.#try(attack, scheme);
    for (let again = 1; again < tries && isSlow(verdict); again++) verdict = await this.#try(attack, scheme);
    return verdict;
  }

  state(): Promise<AttackedState | undefined> {
    return ask<AttackedState>(this.#server, "state");
  }

  async close(): Promise<void> {
    await Promise.all([this.#server.kill(), this.#honest.kill()]);
  }

  async #try(attack: Attack, scheme: Scheme): Promise<Verdict> {
    await this.state();
    await ask<HonestReport>(this.#honest, "report");
    const began = performance.now();
    const visit = new Visit(scheme, this.#urls[scheme], this.#transport[scheme], () => this.state());
    const got = await Promise.race([
      attack.run(visit).catch((error: Error) => `the attack failed: ${error.message}`),
      sleep(this.#attackMs, `nothing within ${this.#attackMs} ms`),
    ]);
    // Two more calls of the honest client, so that what the attack left behind shows.
    await sleep(50);
    const honest = await ask<HonestReport>(this.#honest, "report");
    const state = await this.state();
    await visit.leave();
    const seconds = (performance.now() - began) / 1_000;
    return { attack, scheme, got, seconds, honest, state, problems: judge(attack, got, honest, state) };
  }
}

/** Asks a program; undefined when it is gone, or stands still for two seconds. */
async function ask<Answer>(child: Child, question: string): Promise<Answer | undefined> {
  const answer = child.ask<Answer>(question).catch(() => undefined);
  return Promise.race([answer, sleep(2_000, undefined)]);
}

function isSlow({ problems, honest }: Verdict): boolean {
  return problems.length === 1 && honest !== undefined && honest.worstMs > patienceMs;
}

function judge(
  { expected }: Attack,
  got: string,
  honest: HonestReport | undefined,
  state: AttackedState | undefined,
): string[] {
  const problems: string[] = [];
  if (!expected.test(got)) problems.push(`got ${got}, expected ${expected.source}`);
  if (state === undefined) problems.push("the server does not answer any more");
  else if (state.unhandled > 0)
    problems.push(`${state.unhandled} rejections or exceptions that nobody handled`);
  if (honest === undefined) return [...problems, "the honest client does not answer any more"];
  if (honest.failures.length > 0) {
    problems.push(`${honest.failures.length} calls of the honest client failed: ${honest.failures[0]}`);
  }
  if (honest.calls === 0) problems.push("the honest client made no call");
  if (!honest.undisturbed) problems.push("the honest client's connection broke");
  if (honest.worstMs > patienceMs) {
    problems.push(`a call of the honest client took ${honest.worstMs.toFixed(0)} ms`);
  }
  return problems;
}

/** One attacker's visit. */
class Visit implements Field {
  readonly scheme: Scheme;
  readonly url: URL;
  readonly state: () => Promise<AttackedState | undefined>;
  readonly #transport: Transport;
  readonly #peers: ScriptedPeer[] = [];
  readonly #sockets: Socket[] = [];

  constructor(
    scheme: Scheme,
    url: URL,
    transport: Transport,
    state: () => Promise<AttackedState | undefined>,
  ) {
    this.scheme = scheme;
    this.url = url;
    this.#transport = transport;
    this.state = state;
  }

  async stranger(): Promise<ScriptedPeer> {
    const peer = await ScriptedPeer.connect(this.#transport, this.url.href);
    this.#peers.push(peer);
    return peer;
  }

  async client(hello: Parameters<typeof helloOf>[0] = {}): Promise<ScriptedPeer> {
    const peer = await ScriptedPeer.greet(this.#transport, this.url.href, hello);
    this.#peers.push(peer);
    return peer;
  }

  async socket(): Promise<Socket> {
    const socket = connectSocket({ host: this.url.hostname, port: Number(this.url.port), noDelay: true });
    socket.on("error", () => {});
    this.#sockets.push(socket);
    await once(socket, "connect");
    return socket;
  }

  async leave(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.race([Promise.all(this.#peers.map((peer) => peer.close())), sleep(2_000)]);
  }
}
