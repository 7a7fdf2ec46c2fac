import { markService } from "./marks.js";
import { refuseName } from "./names.js";

type Class = abstract new (...args: never[]) => unknown;

/** A decorator for a class, in both dialects. */
export type ServiceMark = (type: Class, context?: ClassDecoratorContext) => void;

/**
 * Marks a class as a service: `@service("Person")`.
 *
 * `@service` without a name takes it from the contract that `serve` is given, never from the class at run time: a
 * minifier renames classes.
 *
 * @throws TypeError for a reserved or malformed name.
 */
export function service(name?: string): ServiceMark;
export function service(type: Class, context?: ClassDecoratorContext): void;
export function service(nameOrType?: string | Class): unknown {
  if (typeof nameOrType === "function") return markService(nameOrType, undefined);
  if (nameOrType !== undefined) {
    const refusal = refuseName(nameOrType);
    if (refusal !== undefined) throw new TypeError(`@service: ${refusal}`);
  }
  return (type: Class) => markService(type, nameOrType);
}
