import { refuseName } from "./names.js";

/** A member under decoration, the same for both dialects. */
export interface DecoratedMember {
  readonly property: string;
  /** The class (legacy) or its decorator metadata (standard), where the mark goes. */
  readonly owner: (abstract new (...args: never[]) => unknown) | DecoratorMetadataObject;
}

type StandardContext = ClassMemberDecoratorContext & { readonly metadata: DecoratorMetadataObject };

/**
 * Reads what a member decorator was applied to, whichever dialect called it.
 *
 * Throws `TypeError` for what cannot be reached from another process: static, private and symbol-named members,
 * getters, setters, and reserved names.
 */
export function readDecoration(
  decorator: string,
  wanted: "method" | "field",
  args: readonly unknown[],
): DecoratedMember {
  const [target, second, descriptor] = args;
  const standard = isStandardContext(second) ? second : undefined;
  const key = standard ? standard.name : (second as string | symbol);
  if (typeof key === "symbol")
    throw new TypeError(
      `${decorator} on ${String(key)}: a symbol cannot be called by name; use a string name`,
    );
  const refuse = (why: string) => new TypeError(`${decorator} on ${key}: ${why}`);

  if (standard ? standard.static : typeof target === "function") {
    throw refuse("a static member belongs to no instance; make it an instance member");
  }
  if (standard?.private) throw refuse("a private member cannot be reached from outside; make it public");
  const kind = standard ? standard.kind : legacyKind(descriptor);
  if (kind !== wanted) {
    const expected = wanted === "method" ? "a method" : "a field that holds an Event";
    throw refuse(`expected ${expected}, got ${kind === "accessor" ? "an" : "a"} ${kind}`);
  }
  return {
    property: key,
    owner: standard ? standard.metadata : ((target as object).constructor as DecoratedMember["owner"]),
  };
}

/** Returns the wire name a member goes by, or throws `TypeError`. */
export function checkMemberName(decorator: string, property: string, name: string = property): string {
  const refusal = refuseName(name);
  if (refusal !== undefined) throw new TypeError(`${decorator} on ${property}: ${refusal}`);
  return name;
}

function isStandardContext(value: unknown): value is StandardContext {
  return typeof value === "object" && value !== null && "kind" in value && "metadata" in value;
}

function legacyKind(descriptor: unknown): string {
  if (descriptor === undefined) return "field";
  const { value, get } = descriptor as PropertyDescriptor;
  if (typeof value === "function") return "method";
  return get !== undefined ? "getter" : "setter";
}
