import type { AmbientContext } from "../ambient-context.js";
import type { CallContext } from "../call.js";
import type { Clock, Random } from "../clock.js";
import type { Validators } from "../contract/printed-validators.js";
import { RpcError } from "../errors.js";
import type { Target } from "../find-transport.js";
import type { Interceptor } from "../interceptor.js";
import type { Limits } from "../limits.js";
import type { Logger } from "../logger.js";
import {
  checkContract,
  checkFunction,
  checkFunctions,
  checkTransports,
  checkValidators,
} from "../option-checks.js";
import type { ValidateOptions } from "../service/boundary.js";
import type { Contract } from "../service/contract.js";
import { checkOptions } from "../service/names.js";
import type { Transport } from "../transport.js";
import type { Authenticate } from "./authenticate.js";
import type { OnSessionLost } from "./lost-sessions.js";
import type { OutcomeStore } from "./outcome-store.js";
import type { Describe } from "./reserved-service.js";

/** How services are served. */
export interface ServeOptions {
  /** Which transports may be used; each URL's scheme picks one. */
  readonly transports: readonly Transport[];
  /** Where to listen; several at once are one server. Port 0 takes a free one, see `server.urls`. */
  readonly listen: string | URL | undefined | readonly (string | URL | undefined)[];
  /** What `rpc generate` wrote for these services: names for a bare `@service`, numbers for methods, names of parameters. */
  readonly contract?: Contract;
  /** What is checked against the contract at run time; without one, arguments against `design:paramtypes` where `tsc` left them. */
  readonly validate?: ValidateOptions;
  /** What `rpc generate --validators` wrote: quicker checks of the contract's types. Default: they are made of the contract. */
  readonly validators?: Validators;
  /**
   * Who may ask for the contract, as `rpc contract --from` does. Default: everybody, if this server listens only where
   * processes of this machine come from; else nobody.
   */
  readonly describe?: Describe;
  /** Who may ask for the numbers of this server, as `rpc top` does. Default: as for `describe`. */
  readonly stats?: Describe;
  /** Decides who a client is, at every hello and when it shows new credentials. Without it the identity is undefined. */
  readonly authenticate?: Authenticate;
  /** Allows listening where anyone may connect, without `authenticate`. Default false. */
  readonly insecure?: boolean;
  /** Functions around every call, the first outermost. */
  readonly interceptors?: readonly Interceptor<CallContext>[];
  /**
   * Lets calls made inside a method inherit from its call without being handed the context: pass one
   * `createAmbientContext()` of `@rpc/core/ambient` here and to `connect`. Default: none, for it costs; see the README.
   */
  readonly ambientContext?: AmbientContext;
  /** Where once methods remember what they did. Default: in memory, gone with the process. */
  readonly outcomeStore?: OutcomeStore;
  /**
   * What of an identity tells one caller from another: keys of once methods of different callers never meet, and a
   * session is resumed only by the caller that opened it, else its client gets a new one.
   * Default: all that `authenticate` returned, which must then be the same every time and able to travel. Without
   * `authenticate`, what the transport proved; a certificate's fingerprint is in it, so name what outlives a renewal.
   */
  readonly outcomeScope?: (identity: unknown) => unknown;
  /**
   * Told of every session that is over: its client closed it, was away for `sessionRetentionMs`, or broke the protocol,
   * or the server closes. For what a client left behind, such as its orders. `close` waits for the promise it returns; a
   * rejection goes to the logger.
   */
  readonly onSessionLost?: OnSessionLost;
  /** Bounds of this server; see `Limits`. */
  readonly limits?: Partial<Limits>;
  /** Default: silent. */
  readonly logger?: Logger;
  /** Sends messages of unexpected errors to callers: for development. Default false. */
  readonly exposeErrors?: boolean;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: the machine's. */
  readonly random?: Random;
}

const names = [
  "transports",
  "listen",
  "contract",
  "validate",
  "validators",
  "describe",
  "stats",
  "authenticate",
  "insecure",
  "interceptors",
  "ambientContext",
  "outcomeStore",
  "outcomeScope",
  "onSessionLost",
  "limits",
  "logger",
  "exposeErrors",
  "clock",
  "random",
];

/** Throws `TypeError` for an option that nobody knows or of the wrong type. */
export function checkServeOptions(options: ServeOptions): void {
  checkOptions("serve", options, names);
  checkTransports("serve", options.transports);
  checkContract("serve", options.contract);
  checkValidators("serve", options);
  checkFunctions("serve", "interceptors", options.interceptors);
  for (const name of ["authenticate", "outcomeScope", "onSessionLost"] as const)
    checkFunction("serve", name, options[name]);
}

/** What of values is checked: what the options say, over what is done unless they do. */
export function checkValidate({
  validate = {},
  exposeErrors = false,
}: ServeOptions): Required<ValidateOptions> {
  checkOptions("serve: validate", validate, ["arguments", "results", "events"]);
  return { arguments: true, results: exposeErrors, events: exposeErrors, ...validate };
}

/** Throws `RpcError` for an address where anyone may connect and nothing says who may. */
export function refuseOpenAddress(
  { url, transport }: Target,
  { authenticate, insecure }: ServeOptions,
): void {
  if (authenticate !== undefined || insecure === true || transport.exposure(url) !== "open") return;
  throw new RpcError(
    "failed_precondition",
    `${url.href} is open to anyone who can reach it; pass authenticate, use a transport that checks its peers ` +
      "(tls:// with client certificates, zmq:// with CURVE and allowedKeys), listen on 127.0.0.1, or write insecure: true",
    { outcome: "not-executed" },
  );
}
