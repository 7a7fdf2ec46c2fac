import type { AmbientContext } from "../ambient-context.js";
import type { Clock, Random } from "../clock.js";
import type { Interceptor } from "../interceptor.js";
import type { Limits } from "../limits.js";
import type { Logger } from "../logger.js";
import { checkFunction, checkFunctions, checkTransports } from "../option-checks.js";
import { checkOptions, describeValue } from "../service/names.js";
import type { Transport } from "../transport.js";
import type { ClientPart } from "./client-part.js";

/** How a client connects and calls. */
export interface ClientOptions {
  /** Which transports it may use; the URL's scheme picks one. */
  readonly transports: readonly Transport[];
  /** Milliseconds until a call is given up. Default 10,000: longer than a healthy method, shorter than patience. */
  readonly timeoutMs?: number;
  /** Milliseconds until the first connection is given up, tried again and again meanwhile. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /**
   * What to show the server, asked anew at every hello, and in time before what was shown last ends: a token, a user and
   * password.
   */
  readonly credentials?: () => unknown;
  /** Functions around every call, the first outermost. */
  readonly interceptors?: readonly Interceptor[];
  /** Lets calls made inside a served method inherit from its call: the `ambientContext` that `serve` got. Default: none. */
  readonly ambientContext?: AmbientContext;
  /**
   * What the client does besides calling, for programs that use no generated client. In a page: `[events]`, or
   * `everything`. In Node it does everything as it is.
   */
  readonly parts?: readonly ClientPart[];
  /** Bounds of this client; see `Limits`. */
  readonly limits?: Partial<Limits>;
  /** Default: silent. */
  readonly logger?: Logger;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: the machine's. */
  readonly random?: Random;
}

const names = [
  "transports",
  "timeoutMs",
  "connectTimeoutMs",
  "credentials",
  "interceptors",
  "ambientContext",
  "parts",
  "limits",
  "logger",
  "clock",
  "random",
];

/** Throws `TypeError` for an option that nobody knows or of the wrong type. */
export function checkClientOptions(options: ClientOptions): void {
  checkOptions("connect", options, names);
  checkTransports("connect", options.transports);
  checkFunctions("connect", "interceptors", options.interceptors);
  checkFunction("connect", "credentials", options.credentials);
  checkParts(options.parts);
}

function checkParts(parts: unknown): void {
  if (parts === undefined) return;
  const isPart = (part: unknown) => typeof (part as Partial<ClientPart> | null)?.name === "string";
  if (!Array.isArray(parts) || !parts.every(isPart))
    throw new TypeError(
      `connect: parts must be an array of parts, such as [events]; got ${describeValue(parts)}`,
    );
}

/** Returns a timeout, or throws `TypeError` for what is none. */
export function checkTimeout(name: string, timeoutMs: number): number {
  if (typeof timeoutMs === "number" && timeoutMs > 0) return timeoutMs;
  throw new TypeError(
    `${name} must be a number of milliseconds above 0, or Infinity; got ${String(timeoutMs)}`,
  );
}
