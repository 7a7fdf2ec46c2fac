import { checkAllow, type ServiceRule } from "./allow.js";
import { markService } from "./marks.js";
import { checkOptions, refuseName } from "./names.js";

type Class = abstract new (...args: never[]) => unknown;

/** What holds for the whole of a service. */
export interface ServiceOptions {
  /**
   * Who may call its methods and hear its events, where these have no rule of their own; others are refused with
   * `permission_denied`, and events are absent for them. Default: everybody.
   */
  readonly allow?: ServiceRule;
}

/** A decorator for a class, in both dialects. */
export type ServiceMark = (type: Class, context?: ClassDecoratorContext) => void;

/**
 * Marks a class as a service: `@service("Person")`.
 *
 * `@service` without a name takes it from the contract that `serve` is given, never from the class at run time: a
 * minifier renames classes.
 *
 * @throws TypeError for a reserved or malformed name, or an unknown option.
 */
export function service(name: string, options?: ServiceOptions): ServiceMark;
export function service(options?: ServiceOptions): ServiceMark;
export function service(type: Class, context?: ClassDecoratorContext): void;
export function service(first?: string | Class | ServiceOptions, second?: object): unknown {
  if (typeof first === "function") return markService(first, { name: undefined, allow: undefined });
  const [name, given] = typeof first === "object" ? [undefined, first] : [first, second];
  const refusal = name === undefined ? undefined : refuseName(name);
  if (refusal !== undefined) throw new TypeError(`@service: ${refusal}`);
  const options = (given ?? {}) as ServiceOptions;
  checkOptions("@service", options, ["allow"]);
  checkAllow("@service", options.allow);
  return (type: Class) => markService(type, { name, allow: options.allow });
}
