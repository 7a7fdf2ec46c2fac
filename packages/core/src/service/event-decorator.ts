import { checkAllow, type TopicRule } from "./allow.js";
import { checkMemberName, readDecoration } from "./decoration.js";
import { checkFormerly, type Formerly } from "./formerly.js";
import { markMember } from "./marks.js";
import { checkOptions } from "./names.js";

/** How one event is offered. */
export interface EventOptions {
  /** Wire name. Default: the field's own. */
  readonly name?: string;
  /**
   * What a slow subscriber meets. `signal`, the default: a bounded queue, the oldest dropped, and a gap that says so.
   * `latest`: fewer updates, always the newest of each key. `log`: everything, from a history, or a gap for what left it
   * unsent. `table`: a snapshot of all keys, a mark, then every change; after a gap a snapshot again.
   */
  readonly mode?: "signal" | "latest" | "log" | "table";
  /**
   * For `latest` and `table`: tells the key of a value, or names the property that holds it. Default: the topic. A key
   * belongs to one topic.
   */
  readonly key?: KeySource;
  /** For `latest` and `table`: keys it may have; publishing one more is refused. Default `maxKeys`, 10,000. */
  readonly maxKeys?: number;
  /**
   * For `log`: how much is kept for who comes late or is slow, whichever bound is met first. Default `historyItems`,
   * 10,000, within `historyBytes`, and no age.
   */
  readonly history?: HistoryOptions;
  /**
   * Who gets which topics. What it refuses is absent, not a gap. Asked once for each session and topic, and again when
   * the session's identity is refreshed. In the place of the service's rule. Default: the service's, else everybody.
   */
  readonly allow?: TopicRule;
  /**
   * Milliseconds within which an item is expected of every subscription: after two and a half times as long without one
   * it is `stale`. Default: no expectation.
   */
  readonly cadenceMs?: number;
  /** Topics it may have; publishing one more is refused. Default `maxTopics`, 10,000. */
  readonly maxTopics?: number;
  /** Names that it had, oldest first: clients that know it by one of them still reach it. Default: none. */
  readonly formerly?: Formerly;
}

/** Bounds of the history of a `log` event. */
export interface HistoryOptions {
  /** Events kept. */
  readonly count?: number;
  /** Encoded bytes kept. */
  readonly bytes?: number;
  /** Milliseconds after which an event is let go, at the next publication or subscription. */
  readonly maxAgeMs?: number;
}

/** Tells the key of a value: a function, or the name of the property that holds it. */
export type KeySource = string | ((value: never) => string);

/** A decorator for a field that holds an `Event`, in both dialects. */
export interface EventMark {
  (target: object, property: string | symbol): void;
  (value: undefined, context: ClassFieldDecoratorContext): void;
}

const known = ["name", "mode", "key", "maxKeys", "history", "allow", "cadenceMs", "maxTopics", "formerly"];
const knownHistory = ["count", "bytes", "maxAgeMs"];
const modes = ["signal", "latest", "log", "table"];

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
  checkMode(options);
  return (...member: unknown[]) => markEvent(member, options);
}

function markEvent(args: readonly unknown[], options: EventOptions): void {
  const { property, owner } = readDecoration("@event", "field", args);
  checkAllow(`@event on ${property}`, options.allow);
  const name = checkMemberName("@event", property, options.name);
  checkFormerly("@event", property, name, options.formerly);
  markMember(owner, { kind: "event", property, name, options });
}

function checkMode({ mode = "signal", key, maxKeys, history, cadenceMs }: EventOptions): void {
  if (cadenceMs !== undefined && !(Number.isFinite(cadenceMs) && cadenceMs > 0))
    throw new TypeError(
      `@event: cadenceMs must be a number of milliseconds above 0, got ${String(cadenceMs)}`,
    );
  if (!modes.includes(mode))
    throw new TypeError(`@event: unknown mode ${String(mode)}; write one of ${modes.join(", ")}`);
  const keyed = mode === "latest" || mode === "table";
  if (!keyed && (key !== undefined || maxKeys !== undefined)) {
    throw new TypeError(`@event: key and maxKeys go with mode latest or table, not with ${mode}`);
  }
  if (key !== undefined && typeof key !== "function" && (typeof key !== "string" || key === "")) {
    throw new TypeError(`@event: key must be a function or the name of a property, got ${String(key)}`);
  }
  checkCount("maxKeys", maxKeys);
  if (history === undefined) return;
  if (mode !== "log") throw new TypeError(`@event: history goes with mode log, not with ${mode}`);
  checkOptions("@event history", history, knownHistory);
  for (const name of ["count", "bytes", "maxAgeMs"] as const) checkCount(`history.${name}`, history[name]);
}

function checkCount(name: string, count: number | undefined): void {
  if (count === undefined || (Number.isSafeInteger(count) && count >= 1)) return;
  throw new TypeError(`@event: ${name} must be a whole number of at least 1, got ${String(count)}`);
}
