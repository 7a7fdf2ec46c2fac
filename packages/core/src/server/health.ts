import { RpcError } from "../errors.js";
import { LatestValue } from "../latest-value.js";
import { shorten } from "../service/names.js";

/** How one service does, as the application says. */
export type ServiceStatus = "serving" | "not-serving";

/** What a server says of its health to whoever may connect: `health(service?)` and `watchHealth(service?)` of `$rpc`. */
export interface HealthReport {
  /** `draining` from `close` on: running calls finish, new ones are refused. */
  readonly status: "serving" | "draining";
  /** The start of the server that says so. */
  readonly epoch: string;
  /** Services that the application has said something of, by wire name. One that is not here serves. */
  readonly services: Readonly<Record<string, ServiceHealth>>;
}

/** How one service does, why, and since when. */
export interface ServiceHealth {
  readonly status: ServiceStatus;
  /** For people; at most 256 characters. */
  readonly reason?: string;
  /** When the status last changed: milliseconds since 1970. */
  readonly since: number;
}

/** Where an application says how its services do: `server.health`. */
export interface ServerHealth {
  /** What callers are told. */
  readonly report: HealthReport;
  /**
   * Says how a service does, and why: `server.health.set("Quotes", "not-serving", "no feed since 09:30")`. It changes
   * what is told, not what is served: calls go on.
   *
   * @throws TypeError for a service that is not served, or another status.
   */
  set(service: string, status: ServiceStatus, reason?: string): void;
}

/** The health of a server, told to who asks and to who watches. */
export class Health implements ServerHealth {
  readonly #services: ReadonlySet<string>;
  readonly #wallTime: () => number;
  readonly #current: LatestValue<HealthReport>;

  constructor(services: Iterable<string>, epoch: string, wallTime: () => number) {
    this.#services = new Set(services);
    this.#wallTime = wallTime;
    this.#current = new LatestValue<HealthReport>({ status: "serving", epoch, services: {} });
  }

  get report(): HealthReport {
    return this.#current.value;
  }

  set(service: string, status: ServiceStatus, reason?: string): void {
    if (!this.#services.has(service))
      throw new TypeError(
        `health.set: no service ${String(service)} is served; there are ${[...this.#services].join(", ")}`,
      );
    if (status !== "serving" && status !== "not-serving")
      throw new TypeError(`health.set: expected serving or not-serving, got ${String(status)}`);
    if (reason !== undefined && typeof reason !== "string")
      throw new TypeError(`health.set: expected the reason to be a string, got ${typeof reason}`);
    const { services } = this.report;
    const before = Object.hasOwn(services, service) ? services[service] : undefined;
    const since = before?.status === status ? before.since : this.#wallTime();
    const said = reason === undefined ? {} : { reason: shorten(reason) };
    this.#current.set({ ...this.report, services: { ...services, [service]: { status, ...said, since } } });
  }

  /** The report, for a caller who wants to know of `service`. @throws RpcError `not_found` when it is not served. */
  reportOn(service?: unknown): HealthReport {
    this.#check(service);
    return this.report;
  }

  /** Each report from the present one on; ends behind the one that says `draining`. Throws as `reportOn` does. */
  watch(service?: unknown): AsyncIterable<HealthReport> {
    this.#check(service);
    return this.#current.watch();
  }

  /** The server takes no new calls: the last report. Safe to call twice. */
  drain(): void {
    this.#current.set({ ...this.report, status: "draining" });
    this.#current.end();
  }

  // A probe that misspells its service must not be told for ever that all is well.
  #check(service: unknown): void {
    if (service === undefined || (typeof service === "string" && this.#services.has(service))) return;
    throw new RpcError("not_found", `no service ${shorten(String(service))} is served here`);
  }
}
