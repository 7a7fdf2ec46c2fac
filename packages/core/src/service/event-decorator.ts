import { checkMemberName, readDecoration } from "./decoration.js";
import { markMember } from "./marks.js";
import { checkOptions } from "./names.js";

/** How one event is offered. */
export interface EventOptions {
  /** Wire name. Default: the field's own. */
  readonly name?: string;
  /**
   * What a slow subscriber meets. `signal`, the default: a bounded queue, the oldest dropped, and a gap that says so.
   */
  readonly mode?: "signal";
  /** Topics it may have; publishing one more is refused. Default `maxTopics`, 10,000. */
  readonly maxTopics?: number;
}

/** A decorator for a field that holds an `Event`, in both dialects. */
export interface EventMark {
  (target: object, property: string | symbol): void;
  (value: undefined, context: ClassFieldDecoratorContext): void;
}

const known = ["name", "mode", "maxTopics"];

/**
 * Lets other processes subscribe to an event: `@event`, `@event()` or `@event({ … })` on a field
 * `readonly renamed = new Event<Renamed>()`.
 *
 * @throws TypeError for a static, private or symbol-named member, one that is no field, a reserved name, a wire name
 * used twice, an unknown option or mode.
 */
// The decorators come first: of a bare standard one the compiler would take the undefined value for missing options.
export function event(value: undefined, context: ClassFieldDecoratorContext): void;
export function event(target: object, property: string | symbol): void;
export function event(options?: EventOptions): EventMark;
export function event(...args: unknown[]): unknown {
  if (args.length >= 2) return markEvent(args, {});
  const options = (args[0] ?? {}) as EventOptions;
  checkOptions("@event", options, known);
  if (options.mode !== undefined && options.mode !== "signal") {
    throw new TypeError(`@event: unknown mode ${String(options.mode)}; this version has signal`);
  }
  return (...member: unknown[]) => markEvent(member, options);
}

function markEvent(args: readonly unknown[], options: EventOptions): void {
  const { property, owner } = readDecoration("@event", "field", args);
  markMember(owner, {
    kind: "event",
    property,
    name: checkMemberName("@event", property, options.name),
    options,
  });
}
