import type { Socket } from "node:net";
import type { helloOf, ScriptedPeer } from "@rpc/core/testing";
import type { AttackedState } from "../programs/attacked-server.js";
import type { Scheme } from "../transports.js";

/** Something a peer can do to a server, and what comes of it. */
export interface Attack {
  readonly name: string;
  /** Which limit or rule stands against it, as docs/security.md calls it. */
  readonly limit: string;
  /** What the attacker must get. */
  readonly expected: RegExp;
  /** Over these only; default: all. */
  readonly over?: readonly Scheme[];
  /** Why it cannot be stopped over ZeroMQ: told in the table in the place of a run. */
  readonly unstoppedOverZmq?: string;
  /** Does it, and returns what the attacker got. */
  run(field: Field): Promise<string>;
}

/** What an attacker has at hand. Whatever it opens is closed after the attack. */
export interface Field {
  readonly scheme: Scheme;
  readonly url: URL;
  /** Connects and says nothing. */
  stranger(): Promise<ScriptedPeer>;
  /** Connects and says hello. */
  client(hello?: Parameters<typeof helloOf>[0]): Promise<ScriptedPeer>;
  /** A bare socket to the server's port. */
  socket(): Promise<Socket>;
  /** What the server says of itself; undefined when it does not answer any more. */
  state(): Promise<AttackedState | undefined>;
}
