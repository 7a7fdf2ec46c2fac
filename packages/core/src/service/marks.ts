/**
 * Where decorators leave their marks.
 *
 * Marks are kept on the class through `reflect-metadata`, under a `Symbol.for` key, so that two copies of this package
 * in one process see each other's. Standard decorators run before the class exists; theirs wait in the class's
 * decorator metadata and are read from there.
 */
import "reflect-metadata";
import type { ServiceRule } from "./allow.js";
import type { EventOptions } from "./event-decorator.js";
import type { ExposeOptions } from "./expose.js";

/** What a decorator left on one member. */
export type MemberMark =
  | {
      readonly kind: "method";
      readonly property: string;
      readonly name: string;
      readonly options: ExposeOptions;
    }
  | {
      readonly kind: "event";
      readonly property: string;
      readonly name: string;
      readonly options: EventOptions;
    };

type MemberMarks = Map<string, MemberMark>;
type Class = abstract new (...args: never[]) => unknown;

const membersKey = Symbol.for("@rpc/core.members");
const serviceKey = Symbol.for("@rpc/core.service");

// Toolchains attach decorator metadata only if the well-known symbol exists before the first decorated class.
const symbols = Symbol as { metadata?: symbol };
symbols.metadata ??= Symbol.for("Symbol.metadata");
const metadataSymbol = symbols.metadata;

/** Marks a member; throws `TypeError` when another member of the class has its wire name. */
export function markMember(owner: Class | DecoratorMetadataObject, mark: MemberMark): void {
  const marks = ownMarks(owner);
  for (const other of marks.values()) {
    if (other.name === mark.name && other.property !== mark.property) {
      throw new TypeError(
        `${other.property} and ${mark.property} have one wire name, ${mark.name}; give one another name`,
      );
    }
  }
  marks.set(mark.property, mark);
}

/**
 * The marks of a class by property, its bases' first; what a subclass marks again replaces the base's mark.
 *
 * @throws TypeError for a member that a subclass marks again without the rule it had.
 */
export function findMemberMarks(type: Class): ReadonlyMap<string, MemberMark> {
  const found: MemberMarks = new Map();
  const ruled = new Set<string>();
  for (const owner of lineage(type)) {
    const legacy: MemberMarks | undefined = Reflect.getOwnMetadata(membersKey, owner);
    const standard = decoratorMetadata(owner)?.[membersKey] as MemberMarks | undefined;
    for (const mark of [...(legacy?.values() ?? []), ...(standard?.values() ?? [])]) {
      if (mark.options.allow !== undefined) ruled.add(mark.property);
      else if (ruled.has(mark.property)) refuseLostRule(owner, mark);
      found.set(mark.property, mark);
    }
  }
  return found;
}

// Who exposes a method again to change another option would open it to everybody, and nothing would show it.
function refuseLostRule(owner: Class, mark: MemberMark): void {
  if (mark.kind === "method" && mark.options.hidden === true) return;
  throw new TypeError(
    `${owner.name}.${mark.property} is marked again without the rule that its base class gives it; ` +
      "say allow again, or allow: () => true to open it to everybody",
  );
}

/** What `@service` left on a class. */
export interface ServiceClassMark {
  /** Absent: the contract has to give one. */
  readonly name: string | undefined;
  readonly allow: ServiceRule | undefined;
}

/** Marks a class as a service. */
export function markService(type: Class, mark: ServiceClassMark): void {
  Reflect.defineMetadata(serviceKey, mark, type);
}

/** The mark of `@service` on this very class; undefined when it has none. */
export function findServiceMark(type: Class): ServiceClassMark | undefined {
  return Reflect.getOwnMetadata(serviceKey, type);
}

/** The rule for the whole of a service: its class's, or that of the nearest base which has one. */
export function findServiceRule(type: Class): ServiceRule | undefined {
  const rules = lineage(type).map((owner) => findServiceMark(owner)?.allow);
  return rules.findLast((rule) => rule !== undefined);
}

function ownMarks(owner: Class | DecoratorMetadataObject): MemberMarks {
  if (typeof owner === "function") {
    const marks: MemberMarks = Reflect.getOwnMetadata(membersKey, owner) ?? new Map();
    Reflect.defineMetadata(membersKey, marks, owner);
    return marks;
  }
  // A subclass's metadata object inherits from its base's: without this check it would mark the base.
  if (!Object.hasOwn(owner, membersKey)) owner[membersKey] = new Map();
  return owner[membersKey] as MemberMarks;
}

function decoratorMetadata(owner: Class): DecoratorMetadataObject | undefined {
  if (!Object.hasOwn(owner, metadataSymbol)) return undefined;
  const metadata = (owner as unknown as Record<symbol, DecoratorMetadataObject>)[metadataSymbol];
  return metadata !== undefined && Object.hasOwn(metadata, membersKey) ? metadata : undefined;
}

function lineage(type: Class): Class[] {
  const owners: Class[] = [];
  for (let owner: unknown = type; typeof owner === "function"; owner = Object.getPrototypeOf(owner)) {
    if (owner !== Function.prototype) owners.unshift(owner as Class);
  }
  return owners;
}
