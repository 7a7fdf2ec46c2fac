import type { CallContext } from "../call.js";
import { RpcError } from "../errors.js";
import type { Contract } from "../service/contract.js";
import type { RegisteredMethod, RegisteredService } from "../service/registry.js";
import type { Health } from "./health.js";
import { reportStats, type StatsSource, watchStats } from "./stats-report.js";

/** Who may ask a server about itself: everybody, nobody, or who this says, by what `authenticate` returned. */
export type Describe = boolean | ((identity: unknown) => boolean);

/** Wire name of the service by which a server tells of itself; no service of an application can have it. */
export const reservedService = "$rpc";

/** What a server tells of itself, and to whom. */
export interface ReservedServiceOptions {
  /** Absent when there is none to tell. */
  readonly contract: Contract | undefined;
  /** Wire names of what is served; a contract may tell of services that other servers have. */
  readonly services: readonly string[];
  readonly describe: Describe;
  readonly stats: Describe;
  readonly health: Health;
  readonly source: StatsSource;
}

/**
 * The service by which a server tells of itself: its health to everybody who may connect, its contract and its numbers to
 * whom the options name. What nobody may ask for is not there.
 */
export function createReservedService(options: ReservedServiceOptions): RegisteredService {
  const { contract, services, describe, stats, health, source } = options;
  const methods = [
    createMethod("health", (_context, service) => health.reportOn(service)),
    createMethod("watchHealth", (_context, service) => health.watch(service)),
    ...(contract === undefined || describe === false ? [] : createDescription(contract, services, describe)),
    ...(stats === false ? [] : createStats(source, stats)),
  ];
  return {
    name: reservedService,
    hash: undefined,
    members: new Map(methods.map((method) => [method.name, method])),
    byNumber: [],
  };
}

function createDescription(
  contract: Contract,
  services: readonly string[],
  describe: Describe,
): RegisteredMethod[] {
  const check = (context: CallContext) => permit(describe, context, "describe itself", "describe");
  let text: string | undefined;
  return [
    createMethod("describe", (context) => {
      check(context);
      text ??= JSON.stringify(contract);
      return text;
    }),
    createMethod("services", (context) => {
      check(context);
      return services;
    }),
  ];
}

function createStats(source: StatsSource, stats: Describe): RegisteredMethod[] {
  const check = (context: CallContext) => permit(stats, context, "tell its numbers", "stats");
  return [
    createMethod("stats", (context) => {
      check(context);
      return reportStats(source);
    }),
    createMethod("watchStats", (context, intervalMs = 1_000) => {
      check(context);
      return watchStats(source, intervalMs);
    }),
  ];
}

function createMethod(
  name: string,
  run: (context: CallContext, ...args: unknown[]) => unknown,
): RegisteredMethod {
  return {
    kind: "method",
    service: reservedService,
    name,
    options: { context: true },
    throws: new Map(),
    params: undefined,
    refuseArguments: undefined,
    parse: undefined,
    boundary: undefined,
    run: ([context, ...args]) => run(context as CallContext, ...args),
  };
}

// Anything but a plain true refuses: a promise is no permission.
function permit(who: Describe, { identity }: CallContext, what: string, option: string): void {
  if (who === true || (typeof who === "function" && who(identity) === true)) return;
  throw new RpcError(
    "permission_denied",
    `this server does not ${what} to this caller; see the option ${option} of serve`,
    { outcome: "not-executed" },
  );
}
