import type { Transport } from "../transport.js";
import { callScenarios } from "./call-scenarios.js";
import { callbackScenarios } from "./callback-scenarios.js";
import { eventModeScenarios } from "./event-mode-scenarios.js";
import { eventScenarios } from "./event-scenarios.js";
import { Harness } from "./harness.js";
import { identityScenarios } from "./identity-scenarios.js";
import { linkScenarios } from "./link-scenarios.js";
import { outcomeScenarios } from "./outcome-scenarios.js";
import { streamScenarios } from "./stream-scenarios.js";

/** What a transport cannot do, and says so. */
export type Lack =
  | "peer-loss-without-heartbeat"
  | "peer-address"
  | "per-connection-pause"
  | "per-connection-close"
  | "packet-timeout"
  | "packet-limit-before-buffering"
  | "refusal-while-closing";

/** A transport under test and an address nobody else uses. */
export interface TransportUnderTest {
  /** For the serving side. */
  readonly serving: Transport;
  /** For the connecting side; the same object where both ends must share one. */
  readonly connecting: Transport;
  /** Where to listen; with port 0 where there are ports. */
  readonly url: string;
  /** Removes what `create` made besides. */
  clean?(): Promise<void>;
}

export interface TransportSuiteOptions {
  /** Shown in the titles. */
  readonly name: string;
  /** Called anew for every scenario. */
  create(): Promise<TransportUnderTest>;
  /** What the transport names that it cannot do; scenarios about that are skipped by name. */
  readonly lacks?: readonly Lack[];
  /** Registers a test: `test` of vitest or of `node:test`. */
  readonly test: {
    (name: string, run: () => Promise<void>): unknown;
    skip(name: string, run: () => Promise<void>): unknown;
  };
  /** Names of handles that are open in this process, for the look at leftovers: `() => process.getActiveResourcesInfo()`. */
  readonly openHandles?: () => readonly string[];
}

/** One thing that holds on every transport. */
export interface Scenario {
  /** A sentence about behaviour. */
  readonly title: string;
  /** What a transport must be able to do for it. */
  readonly needs?: Lack;
  run(harness: Harness): Promise<void>;
}

/**
 * The one suite for all transports, over whole clients and servers. A transport is finished when it passes.
 *
 * Every scenario ends by looking for leftovers: calls, sessions, connections, open handles.
 */
export function testTransport(options: TransportSuiteOptions): void {
  const { name, test, lacks = [] } = options;
  const scenarios = [
    ...callScenarios,
    ...eventScenarios,
    ...eventModeScenarios,
    ...streamScenarios,
    ...callbackScenarios,
    ...linkScenarios,
    ...outcomeScenarios,
    ...identityScenarios,
  ];
  for (const scenario of scenarios) {
    const title = `${name}: ${scenario.title}`;
    const run = async () => {
      const harness = new Harness(await options.create(), options.openHandles);
      try {
        await scenario.run(harness);
      } finally {
        await harness.close();
      }
      await harness.checkLeftovers();
    };
    if (scenario.needs !== undefined && lacks.includes(scenario.needs))
      test.skip(`${title} (lacks ${scenario.needs})`, run);
    else test(title, run);
  }
}
