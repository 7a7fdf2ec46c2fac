import type { RpcError } from "../errors.js";
import { type CallRule, checkAllow } from "./allow.js";
import { checkMemberName, readDecoration } from "./decoration.js";
import { checkFormerly, type Formerly } from "./formerly.js";
import { markMember } from "./marks.js";
import { checkOptions } from "./names.js";
import { checkOnce, type OnceOptions } from "./once.js";
import { checkSchemas, type StandardSchema } from "./standard-schema.js";

/** How one method is exposed. */
export interface ExposeOptions {
  /** Wire name. Default: the method's own. */
  readonly name?: string;
  /** Passes a `CallContext` as the first argument; generated clients leave it out. Default false. */
  readonly context?: boolean;
  /** Promises that running it twice is as good as once, so that it may be sent again. Default false. */
  readonly idempotent?: boolean;
  /**
   * Lets callers send without waiting for an answer: `oneway()` of a proxy or a generated client. What it returns goes
   * nowhere, what it throws goes to the log. Called like any other method, it answers. Default false.
   */
  readonly oneway?: boolean;
  /**
   * Runs a call once for each key that callers pass by `$with({ key })`, and remembers its outcome for the window: the
   * same key again joins the running call or gets what was remembered. For methods that take and give values: neither
   * streams nor callbacks. Default: none.
   */
  readonly once?: OnceOptions;
  /**
   * One call at a time: of the method, or of each key that the function makes of the arguments (without the context).
   * The others wait in the order they came, within their deadlines. Default: as many as come.
   */
  // biome-ignore lint/suspicious/noExplicitAny: it is given the arguments of a method of every signature
  readonly serial?: true | ((...args: any[]) => string | number | bigint | boolean);
  /**
   * Who may call it; others are refused with `permission_denied`, and it does not run. In the place of the service's
   * rule. Default: the service's, else everybody.
   */
  readonly allow?: CallRule;
  /**
   * Schemas of the arguments (without the context), of any library that follows Standard Schema; `undefined` for one
   * without. What they refuse is `invalid_argument`, and what they make of an argument is what the method gets. They run
   * when it is the call's turn, after the contract's check and after `allow` and `serial` were given what came.
   */
  readonly args?: readonly (StandardSchema | undefined)[];
  /**
   * Names that it had, oldest first: clients that know it by one of them still reach it, and a once key that was used
   * under one counts under all. Default: none.
   */
  readonly formerly?: Formerly;
  /** Takes away what a base class exposed. Default false. */
  readonly hidden?: boolean;
  /** Errors that cross the wire with their name and fields. Anything else a method throws becomes `internal`. */
  readonly throws?: readonly DeclaredErrorSource[];
}

/** A class of errors that a method may declare: it extends `RpcError`, its own fields travel. */
export type DeclaredErrorSource = abstract new (...args: never[]) => RpcError;

/** A decorator for a method, in both dialects. */
export interface MethodMark {
  (target: object, property: string | symbol, descriptor: PropertyDescriptor): void;
  // biome-ignore lint/suspicious/noExplicitAny: it marks methods of every signature
  (method: (...args: any[]) => unknown, context: ClassMethodDecoratorContext): void;
}

const known = [
  "name",
  "context",
  "idempotent",
  "oneway",
  "once",
  "serial",
  "allow",
  "args",
  "formerly",
  "hidden",
  "throws",
];

/**
 * Makes a method callable from another process: `@expose`, `@expose()` or `@expose({ … })`.
 *
 * @throws TypeError for a static, private or symbol-named member, a getter or setter, a reserved name, a wire name
 * used twice, or an unknown option.
 */
export function expose(options?: ExposeOptions): MethodMark;
export function expose(target: object, property: string | symbol, descriptor: PropertyDescriptor): void;
// biome-ignore lint/suspicious/noExplicitAny: it marks methods of every signature
export function expose(method: (...args: any[]) => unknown, context: ClassMethodDecoratorContext): void;
export function expose(...args: unknown[]): unknown {
  if (args.length >= 2) return exposeMember(args, {});
  const options = (args[0] ?? {}) as ExposeOptions;
  checkOptions("@expose", options, known);
  return (...member: unknown[]) => exposeMember(member, options);
}

function exposeMember(args: readonly unknown[], options: ExposeOptions): void {
  const { property, owner } = readDecoration("@expose", "method", args);
  checkOnce(property, options.once);
  checkAllow(`@expose on ${property}`, options.allow);
  checkSchemas(property, options.args);
  const name = checkMemberName("@expose", property, options.name);
  checkFormerly("@expose", property, name, options.formerly);
  markMember(owner, { kind: "method", property, name, options });
}
