import type { Validators } from "../contract/printed-validators.js";
import type { CallRule, ServiceRule, TopicRule } from "./allow.js";
import { createArgumentParser, type ParseArguments } from "./argument-parser.js";
import { type Boundary, BoundaryMaker, type ValidateOptions } from "./boundary.js";
import type { Contract, ServiceContract } from "./contract.js";
import { addSink, type Event } from "./event.js";
import type { EventOptions } from "./event-decorator.js";
import type { DeclaredErrorSource, ExposeOptions } from "./expose.js";
import { formerNames } from "./formerly.js";
import { findMemberMarks, findServiceMark, findServiceRule, type MemberMark } from "./marks.js";
import type { RefuseArguments } from "./param-checks.js";
import { createParamCheck } from "./param-types.js";

/** One exposed method, bound to its instance. */
export interface RegisteredMethod {
  readonly kind: "method";
  readonly service: string;
  readonly name: string;
  readonly options: ExposeOptions;
  /**
   * Whether running it is calling it with its arguments: no key, turn, context or schema. Said once, so that a call of one
   * among thousands does not reach for its options.
   */
  readonly plain?: boolean | undefined;
  /** Who may call it: its own rule, else the service's. */
  readonly allow?: CallRule | undefined;
  /** Wire names of the errors it declares. */
  readonly throws: ReadonlyMap<DeclaredErrorSource, string>;
  /** Parameter names, where a contract tells them. */
  readonly params: readonly string[] | undefined;
  /** What is wrong with the arguments of a call; absent where nothing is known about them. */
  readonly refuseArguments: RefuseArguments | undefined;
  /** Makes of arguments what the method gets, by the schemas of `@expose({ args })`; absent without such. */
  readonly parse: ParseArguments | undefined;
  /** What the contract says of its values; absent without one. */
  readonly boundary: Boundary | undefined;
  run(args: readonly unknown[]): unknown;
}

/** One event of one instance. */
export interface RegisteredEvent {
  readonly kind: "event";
  readonly service: string;
  readonly name: string;
  readonly options: EventOptions;
  /** Who gets which topics: its own rule, else the service's. */
  readonly allow?: TopicRule | undefined;
  readonly event: Event<unknown>;
  /** What the contract says of its values; absent without one. */
  readonly boundary: Boundary | undefined;
}

/** One served instance. */
export interface RegisteredService {
  readonly name: string;
  /** Of its contract, if one was given. */
  readonly hash: string | undefined;
  /** By name; those that had others before are there under these too. */
  readonly members: ReadonlyMap<string, RegisteredMethod | RegisteredEvent>;
  /** Members by number: their order in the contract. Empty without one. */
  readonly byNumber: readonly (RegisteredMethod | RegisteredEvent)[];
}

/** Served instances by wire name. */
export type Registry = ReadonlyMap<string, RegisteredService>;

/**
 * Builds the registry of a server from the marks on its services' classes.
 *
 * @throws TypeError for a service that exposes nothing, two services of one name, a service without a name, an event
 * field that holds no `Event`, or a class that differs from the contract; the message says how to mend it.
 */
export function createRegistry(
  services: readonly object[],
  contract: Contract | undefined,
  validate: Required<ValidateOptions> = noChecks,
  validators?: Validators,
): Registry {
  if (!Array.isArray(services))
    throw new TypeError("serve expects an array of services: serve([new Person()], …)");
  if (services.length === 0)
    throw new TypeError("serve got no services: pass at least one, serve([new Person()], …)");
  const registry = new Map<string, RegisteredService>();
  const boundaries = contract && new BoundaryMaker(contract, validate, validators);
  for (const instance of services) {
    const service = registerService(instance, contract, { boundaries, validate });
    if (registry.has(service.name)) {
      throw new TypeError(
        `two services are named ${service.name}; name one of them otherwise with @service("…")`,
      );
    }
    registry.set(service.name, service);
  }
  return registry;
}

const noChecks = { arguments: false, results: false, events: false };

interface Checking {
  readonly boundaries: BoundaryMaker | undefined;
  readonly validate: Required<ValidateOptions>;
}

function registerService(
  instance: object,
  contract: Contract | undefined,
  checking: Checking,
): RegisteredService {
  if (typeof instance !== "object" || instance === null) {
    throw new TypeError(
      `serve expects instances of classes, got ${typeof instance}: serve([new Person()], …)`,
    );
  }
  // An object without a prototype has none: it exposes nothing.
  const type = (instance.constructor ?? Object) as abstract new (...args: never[]) => unknown;
  const marks = [...findMemberMarks(type).values()].filter(
    (mark) => mark.kind === "event" || !mark.options.hidden,
  );
  const className = type.name || "a class without a name";
  if (marks.length === 0) {
    throw new TypeError(
      `${className} exposes nothing; put @expose() on the methods that others may call, or @event() on an event`,
    );
  }
  checkUniqueNames(className, marks);
  const name = findServiceName(type, className, marks, contract);
  const described = contract?.services[name];
  if (contract !== undefined) checkAgainstContract(name, marks, described);

  const members = new Map<string, RegisteredMethod | RegisteredEvent>();
  const rule = findServiceRule(type);
  for (const mark of marks) {
    const said = described?.members[mark.name];
    const boundary = said && checking.boundaries?.make(`${name}.${mark.name}`, said);
    const member =
      mark.kind === "method"
        ? registerMethod(name, instance, mark, { described, rule })
        : registerEvent(name, instance, mark, rule);
    const cheap =
      mark.kind === "method" && checking.validate.arguments
        ? createParamCheck(instance, mark.property, mark.options.context ? 1 : 0)
        : undefined;
    const registered = {
      ...member,
      boundary,
      ...(member.kind === "method" && { refuseArguments: boundary?.refuseArguments ?? cheap }),
    };
    for (const known of namesOf(mark)) members.set(known, registered);
  }
  const order = described === undefined ? [] : Object.keys(described.members).sort();
  return {
    name,
    hash: described?.hash,
    members,
    byNumber: order.map((member) => members.get(member) as RegisteredMethod),
  };
}

function registerMethod(
  service: string,
  instance: object,
  mark: MemberMark & { kind: "method" },
  {
    described,
    rule,
  }: { readonly described: ServiceContract | undefined; readonly rule: ServiceRule | undefined },
): RegisteredMethod {
  // Found on the instance, so that an override in a subclass is what runs.
  const method: unknown = Reflect.get(instance, mark.property);
  if (typeof method !== "function") {
    throw new TypeError(
      `${service}.${mark.property} is marked @expose but the instance holds ${typeof method} there`,
    );
  }
  checkAnswer(`${service}.${mark.property}`, mark.options, method);
  const member = described?.members[mark.name];
  const declared = member?.kind === "event" ? undefined : member;
  const params = declared?.params.map((param) => param.name);
  const { allow = rule, args, context, once, serial } = mark.options;
  return {
    kind: "method",
    service,
    name: mark.name,
    options: mark.options,
    plain: [args, once, serial].every((option) => option === undefined) && context !== true,
    allow,
    throws: new Map(
      (mark.options.throws ?? []).map((type, index) => [type, declared?.throws?.[index] ?? type.name]),
    ),
    params,
    refuseArguments: undefined,
    parse: args && createArgumentParser(`${service}.${mark.name}`, args, params),
    boundary: undefined,
    run: (args) => Reflect.apply(method, instance, args),
  };
}

/** Refuses options that promise what the way a method answers cannot keep. */
function checkAnswer(name: string, { once, serial, oneway }: ExposeOptions, method: unknown): void {
  if (once !== undefined && oneway === true)
    throw new TypeError(
      `${name} is exposed with once and oneway: an outcome is remembered for who asks; drop one`,
    );
  // A generator answers before its first item. One that was compiled away is told at its first call.
  if (Object.prototype.toString.call(method) !== "[object AsyncGeneratorFunction]") return;
  if (once !== undefined)
    throw new TypeError(
      `${name} is exposed with once and answers with a stream, which nobody can remember; drop once`,
    );
  if (serial !== undefined)
    throw new TypeError(
      `${name} is exposed with serial and answers with a stream: its turn would be over before the first item; drop serial`,
    );
  if (oneway === true)
    throw new TypeError(
      `${name} is exposed with oneway and answers with a stream that nobody would read; drop oneway`,
    );
}

function registerEvent(
  service: string,
  instance: object,
  mark: MemberMark & { kind: "event" },
  rule: ServiceRule | undefined,
): RegisteredEvent {
  const event: unknown = Reflect.get(instance, mark.property);
  if (!isEvent(event)) {
    throw new TypeError(
      `${service}.${mark.property} is marked @event but holds no Event; write: @event() readonly ${mark.property} = new Event<…>()`,
    );
  }
  const { name, options } = mark;
  const allow = options.allow ?? rule;
  return { kind: "event", service, name, options, allow, event, boundary: undefined };
}

// By a key that all copies of this package share: the service may have made it with another one.
function isEvent(value: unknown): value is Event<unknown> {
  return typeof value === "object" && value !== null && addSink in value;
}

function checkUniqueNames(className: string, marks: readonly MemberMark[]): void {
  const seen = new Map<string, string>();
  for (const mark of marks) {
    for (const name of namesOf(mark)) {
      const other = seen.get(name);
      if (other !== undefined) {
        throw new TypeError(
          `${className}: ${other} and ${mark.property} have one wire name, ${name}; give one another name`,
        );
      }
      seen.set(name, mark.property);
    }
  }
}

/** What a member can be reached by: its name, then those that it had. */
function namesOf({ name, options }: MemberMark): readonly string[] {
  return [name, ...formerNames(options.formerly)];
}

function findServiceName(
  type: abstract new (...args: never[]) => unknown,
  className: string,
  marks: readonly MemberMark[],
  contract: Contract | undefined,
): string {
  const mark = findServiceMark(type);
  if (mark === undefined)
    throw new TypeError(`${className} is no service; write @service("${className}") above the class`);
  if (mark.name !== undefined) return mark.name;
  if (contract === undefined) {
    throw new TypeError(
      `${className} has a bare @service and serve got no contract to take its name from (class names do not survive minifiers); ` +
        `write @service("${className}"), or pass the contract that rpc generate wrote`,
    );
  }
  // Property names survive minifiers, so the members tell which service of the contract this is.
  const wanted = marks
    .map(({ name }) => name)
    .sort()
    .join();
  const matching = Object.keys(contract.services).filter(
    (name) => Object.keys(contract.services[name]!.members).sort().join() === wanted,
  );
  if (matching.length === 1) return matching[0]!;
  const why =
    matching.length === 0
      ? "no service of the contract has its members; run rpc generate"
      : `${matching.join(" and ")} of the contract have its members`;
  throw new TypeError(`${className} has a bare @service, and ${why}, or write @service("${className}")`);
}

function checkAgainstContract(
  name: string,
  marks: readonly MemberMark[],
  described: ServiceContract | undefined,
): void {
  if (described === undefined) throw new TypeError(`the contract has no service ${name}; run rpc generate`);
  const inClass = new Set(marks.map((mark) => mark.name));
  const inContract = Object.keys(described.members);
  const missing = inContract.filter((member) => !inClass.has(member));
  const extra = [...inClass].filter((member) => !inContract.includes(member));
  if (missing.length + extra.length === 0) return;
  const parts = [
    ...(extra.length > 0 ? [`the class has ${extra.join(", ")}, the contract does not`] : []),
    ...(missing.length > 0 ? [`the contract has ${missing.join(", ")}, the class does not`] : []),
  ];
  throw new TypeError(`${name} differs from its contract: ${parts.join("; ")}; run rpc generate`);
}
