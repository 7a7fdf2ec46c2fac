import { type Clock, type Random, systemClock, systemRandom } from "../clock.js";
import type { FailureReport } from "../failure.js";
import { findTransport, type Target } from "../find-transport.js";
import { toHex } from "../hex.js";
import { checkLimits, type Limits } from "../limits.js";
import { boundLog } from "../log-bounds.js";
import { type GuardedLogger, guardLogger } from "../logger.js";
import { createRegistry, type Registry } from "../service/registry.js";
import { type WithoutSafety, without } from "../session/safeties.js";
import { createSharedParts } from "../session/shared-parts.js";
import { serverFrames } from "../wire/server-frames.js";
import { TargetTable } from "../wire/target-table.js";
import { Admission } from "./admission.js";
import { Authenticator } from "./authenticator.js";
import { CallMeter } from "./call-meter.js";
import { Health } from "./health.js";
import { MemoryOutcomeStore } from "./memory-outcome-store.js";
import { MethodRunner } from "./method-runner.js";
import { OnceCalls } from "./once-calls.js";
import { createPlainAccess, type ServedPlainAccess } from "./plain-access.js";
import { createReservedService, reservedService } from "./reserved-service.js";
import { Rules } from "./rules.js";
import { RunningCount } from "./running-calls.js";
import { isSameIdentity } from "./same-identity.js";
import { SerialQueues } from "./serial-queues.js";
import { checkValidate, refuseOpenAddress, type ServeOptions } from "./serve-options.js";
import type { ServedSessionOptions } from "./served-session.js";
import { targetsOf } from "./served-target.js";
import type { ServerStats } from "./server-stats.js";
import type { StatsSource } from "./stats-report.js";
import { createLogs, type TopicLogs } from "./topic-logs.js";
import { Verdicts } from "./verdicts.js";

/** A plain peer cannot say how long it waits: as long as a client does by default. */
const plainTimeoutMs = 10_000;

/** What a server is made of, its connections and sessions apart: put together once, of what it serves and how. */
export class ServerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly logger: GuardedLogger;
  readonly epoch: string;
  /** Where it listens. */
  readonly targets: readonly Target[];
  readonly registry: Registry;
  readonly logs: TopicLogs;
  readonly authenticator: Authenticator;
  readonly health: Health;
  readonly meter: CallMeter;
  readonly plain: ServedPlainAccess;
  /** Calls that run, of all sessions. */
  readonly running = new RunningCount();
  /** Set while it takes no new calls. */
  draining: { readonly retryAfterMs: number } | undefined;
  readonly #options: ServeOptions;
  readonly #rules: Rules;
  readonly #serial: SerialQueues;
  readonly #failures: FailureReport;
  readonly #startedAt: number;

  /**
   * `stats`: what the server tells of itself.
   *
   * @throws TypeError for services or options that make no sense, RpcError for an address that anyone could reach.
   */
  constructor(services: readonly object[], options: ServeOptions, stats: () => ServerStats) {
    this.#options = options;
    const clock = options.clock ?? systemClock;
    const random = options.random ?? systemRandom;
    const limits = checkLimits(options.limits);
    const logger = guardLogger("serve", options.logger, boundLog(clock));
    this.clock = clock;
    this.random = random;
    this.limits = limits;
    this.logger = logger;
    const urls = Array.isArray(options.listen) ? options.listen : [options.listen];
    this.targets = (urls.length === 0 ? [undefined] : urls).map((url) =>
      findTransport(url, options.transports),
    );
    const registry = createRegistry(services, options.contract, checkValidate(options), options.validators);
    this.epoch = toHex(random.bytes(16));
    this.#startedAt = clock.now();
    this.#failures = { logger, random, exposeErrors: options.exposeErrors ?? false };
    this.meter = new CallMeter(clock);
    this.health = new Health(registry.keys(), this.epoch, () => clock.wallTime());
    this.registry = this.#withReserved(registry, stats);
    this.authenticator = new Authenticator({ authenticate: options.authenticate, clock, limits, logger });
    this.#rules = new Rules(logger);
    this.logs = createLogs(this.registry, { clock, limits, rules: this.#rules });
    this.#serial = new SerialQueues(this.epoch);
    this.plain = createPlainAccess({
      serial: this.#serial,
      rules: this.#rules,
      registry: this.registry,
      logs: this.logs,
      clock,
      limits,
      interceptors: options.interceptors ?? [],
      failures: this.#failures,
      timeoutMs: plainTimeoutMs,
    });
    for (const target of this.targets) refuseOpenAddress(target, options);
  }

  /** A session belongs to who opened it: its running calls, its once keys and its subscriptions do. */
  isSame(one: unknown, other: unknown): boolean {
    const { outcomeScope: scopeOf = (identity) => identity } = this.#options;
    return isSameIdentity(one, other, { scopeOf, limits: this.limits });
  }

  /** What its sessions share. One object for all of them: each would take a quarter of a kilobyte for its own. */
  createSessionOptions(told: Pick<ServedSessionOptions, "broken" | "ended">): ServedSessionOptions {
    const { clock, limits, logger, random, registry, logs, meter } = this;
    const { contract, interceptors = [], ambientContext } = this.#options;
    const failures = this.#failures;
    const parts = { limits, runningInAll: this.running, rules: this.#rules };
    return {
      ...parts,
      clock,
      logger,
      random,
      frames: serverFrames,
      targets: new TargetTable(targetsOf(registry)),
      shared: createSharedParts(clock, limits),
      without: (this.#options as WithoutSafety)[without],
      registry,
      logs,
      verdicts: new Verdicts(contract),
      failures,
      once: this.#createOnceCalls(),
      meter,
      admission: new Admission({ ...parts, draining: () => this.draining }),
      methods: new MethodRunner({ interceptors, failures, serial: this.#serial, meter, ambientContext }),
      admit: (credentials, peer) => this.authenticator.admit(credentials, peer),
      isSame: (one, other) => this.isSame(one, other),
      ...told,
    };
  }

  #createOnceCalls(): OnceCalls {
    const { clock, limits, epoch } = this;
    const { outcomeStore, outcomeScope: scopeOf = (identity) => identity } = this.#options;
    const { maxOutcomes, outcomeBytes } = limits;
    const store =
      outcomeStore ?? new MemoryOutcomeStore({ maxOutcomes, outcomeBytes, since: clock.wallTime() });
    return new OnceCalls({ store, clock, limits, failures: this.#failures, epoch, scopeOf });
  }

  #withReserved(registry: Registry, serverStats: () => ServerStats): Registry {
    const { contract, describe, stats } = this.#options;
    if (contract === undefined && describe !== undefined && describe !== false)
      throw new TypeError(
        "describe needs the contract: serve(services, { contract, describe }); rpc generate writes it",
      );
    const local = this.targets.every(({ url, transport }) => transport.exposure(url) === "local");
    const described = describe ?? local;
    const reserved = createReservedService({
      contract,
      services: [...registry.keys()],
      describe: described,
      stats: stats ?? described,
      health: this.health,
      source: this.#createStatsSource(serverStats),
    });
    return new Map([...registry, [reservedService, reserved]]);
  }

  #createStatsSource(stats: () => ServerStats): StatsSource {
    return {
      epoch: this.epoch,
      clock: this.clock,
      startedAt: this.#startedAt,
      meter: this.meter,
      isDraining: () => this.draining !== undefined,
      stats,
      events: () =>
        [...this.logs.values()].flatMap((ofService) =>
          [...new Set(ofService.values())].map((log) => log.stats),
        ),
    };
  }
}
