import type { Client } from "../client/client.js";
import type { ClientOptions } from "../client/client-options.js";
import { connect } from "../client/connect.js";
import type { Remote } from "../client/proxy.js";
import type { ServeOptions } from "../server/serve-options.js";
import { type Server, serve } from "../server/server.js";
import { checkEqual, until } from "./check.js";
import { createFaultyLink, type FaultyLink } from "./faulty-link.js";
import { Market, type RemoteMarket } from "./market.js";
import { Person } from "./person.js";
import type { TransportUnderTest } from "./transport-suite.js";

/** A client with the link it is on and the service it calls. */
export interface ConnectedClient {
  readonly client: Client;
  readonly link: FaultyLink;
  readonly person: Remote<Person>;
  readonly market: RemoteMarket;
}

/** Whole clients and servers for one scenario; it closes what the scenario opened and looks for what is left. */
export class Harness {
  readonly #under: TransportUnderTest;
  readonly #openHandles: (() => readonly string[]) | undefined;
  readonly #handlesBefore: number;
  readonly #servers: Server[] = [];
  readonly #clients: Client[] = [];
  #url: string;
  #market = new Market();

  constructor(under: TransportUnderTest, openHandles: (() => readonly string[]) | undefined) {
    this.#under = under;
    this.#url = under.url;
    this.#openHandles = openHandles;
    this.#handlesBefore = openHandles?.().length ?? 0;
  }

  /** Where clients connect. */
  get url(): string {
    return this.#url;
  }

  get under(): TransportUnderTest {
    return this.#under;
  }

  /** The market that is served beside the person: the newest one. */
  get market(): Market {
    return this.#market;
  }

  /** Serves a person, a market and `others`; a second time at the same address, as after a restart. */
  async serve(
    person: Person = new Person(),
    options: Partial<ServeOptions> = {},
    others: readonly object[] = [],
  ): Promise<Server> {
    this.#market = new Market();
    const server = await serve([person, this.#market, ...others], {
      transports: [this.#under.serving],
      listen: this.#url,
      ...options,
    });
    this.#servers.push(server);
    this.#url = server.urls[0] ?? this.#url;
    return server;
  }

  async connect(options: Partial<ClientOptions> = {}): Promise<ConnectedClient> {
    const link = createFaultyLink(this.#under.connecting);
    const client = await connect(this.#url, { transports: [link.transport], ...options });
    this.#clients.push(client);
    return {
      client,
      link,
      person: client.service<Remote<Person>>("Person"),
      market: client.service<RemoteMarket>("Market"),
    };
  }

  /** Closes everything, clients first. */
  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await Promise.all(this.#servers.map((server) => server.close({ graceMs: 1_000 })));
    await this.#under.clean?.();
  }

  async checkLeftovers(): Promise<void> {
    for (const client of this.#clients) {
      const { pendingCalls, queuedCalls, subscriptions, queuedEvents } = client.stats();
      checkEqual(
        "leftovers of a client",
        { pendingCalls, queuedCalls, subscriptions, queuedEvents },
        {
          pendingCalls: 0,
          queuedCalls: 0,
          subscriptions: 0,
          queuedEvents: 0,
        },
      );
    }
    for (const server of this.#servers) {
      await until("the server's connections end", () => server.stats().connections === 0);
      const { runningCalls, sessions } = server.stats();
      checkEqual("leftovers of a server", { runningCalls, sessions }, { runningCalls: 0, sessions: [] });
    }
    const openHandles = this.#openHandles;
    if (openHandles !== undefined)
      await until("open handles are closed", () => openHandles().length <= this.#handlesBefore);
  }
}
