import type { MemberContract, ServiceContract, TypeSchema } from "@rpc/core/contract";
import { refuseName } from "@rpc/core/contract";
import type { ServiceClass } from "../find.js";
import type { Mark } from "../marks.js";
import ts from "../typescript.cjs";
import { docOf } from "./doc.js";
import { readEvent } from "./event.js";
import { findMark, lineageOf, type MarkedMember, refuseMember } from "./members.js";
import { readMethod } from "./method.js";
import type { Reader } from "./reader.js";

/** A service that was read and whose hash is not known yet. */
export type ServiceDraft = Omit<ServiceContract, "hash">;

/** Reads a service class: what it exposes itself, what it inherits, and what its mixins bring. */
export function readService(service: ServiceClass, reader: Reader): ServiceDraft {
  const { checker } = reader.types;
  const type = instanceType(checker, service.node);
  const refused = refuseMembers(type, reader);
  const members: Record<string, MemberContract> = {};
  const errors = new Map<string, TypeSchema>();
  for (const property of checker.getPropertiesOfType(type)) {
    const found = findMark(checker, reader.marks, property);
    if (found === undefined) warnOfEvent(property, reader);
    if (found === undefined || refused.has(found.member) || reader.marks.flag(found.mark, "hidden")) continue;
    const name = wireName(property, found, reader, members);
    if (name === undefined) continue;
    members[name] =
      found.mark.kind === "event"
        ? readEvent(property, found, reader)
        : readMethod(property, found, { ...reader, service: service.name, errors });
  }
  refuseFormerNames(service, members, reader);
  if (Object.keys(members).length === 0 && !reader.problems.hasErrors) reportEmpty(service, reader);
  const symbol = type.symbol as ts.Symbol | undefined;
  const doc = symbol && docOf(checker, symbol).doc;
  return {
    ...(doc !== undefined && { doc }),
    members,
    ...(errors.size > 0 && { errors: Object.fromEntries(errors) }),
  };
}

/** What `new` of a class gives, also for a class expression. */
function instanceType(checker: ts.TypeChecker, node: ts.ClassLikeDeclaration): ts.Type {
  const type = checker.getTypeAtLocation(node);
  if (ts.isClassDeclaration(node)) return type;
  return checker.getSignaturesOfType(type, ts.SignatureKind.Construct)[0]?.getReturnType() ?? type;
}

function refuseMembers(type: ts.Type, reader: Reader): Set<ts.Node> {
  const refused = new Set<ts.Node>();
  for (const node of lineageOf(reader.types.checker, type)) {
    for (const member of node.members) {
      for (const mark of reader.marks.on(member)) {
        if (refuseMember(member, mark, reader.problems)) refused.add(member);
      }
    }
  }
  return refused;
}

function wireName(
  property: ts.Symbol,
  { member, mark }: MarkedMember,
  { marks, problems }: Reader,
  members: Readonly<Record<string, MemberContract>>,
): string | undefined {
  const given = mark.options.get("name");
  const name = given ? marks.text(given) : property.name;
  const at = given ?? nameNode(member, mark);
  if (name === undefined) return undefined;
  const refusal = refuseName(name);
  if (refusal !== undefined) {
    problems.report("RPC1103", at, refusal, `Give it another wire name: @${mark.kind}({ name: "other" })`);
    return undefined;
  }
  if (!Object.hasOwn(members, name)) return name;
  problems.report(
    "RPC1103",
    at,
    `the wire name ${name} is used twice in this service`,
    "Give one of them another.",
  );
  return undefined;
}

// What is private is for this process alone.
function warnOfEvent({ name, declarations = [] }: ts.Symbol, { types, problems }: Reader): void {
  const field = declarations.find(ts.isPropertyDeclaration);
  if (field === undefined || !isPublic(field)) return;
  const { type, initializer } = field;
  const named =
    type && ts.isTypeReferenceNode(type)
      ? type.typeName
      : initializer && ts.isNewExpression(initializer)
        ? initializer.expression
        : undefined;
  if (named === undefined || types.core.nameOf(named) !== "Event") return;
  problems.report(
    "RPC1202",
    field.name,
    `${name} is an Event without @event: nobody can subscribe to it`,
    `Write: @event() readonly ${name} = new Event<…>(), or make it private.`,
  );
}

function isPublic(field: ts.PropertyDeclaration): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Static;
  return !ts.isPrivateIdentifier(field.name) && (ts.getCombinedModifierFlags(field) & hidden) === 0;
}

// A name that one had and another has leads to neither.
function refuseFormerNames(
  { name, node }: ServiceClass,
  members: Readonly<Record<string, MemberContract>>,
  { problems }: Reader,
): void {
  const taken = new Map(Object.keys(members).map((member) => [member, member]));
  for (const [member, { formerly = [] }] of Object.entries(members)) {
    for (const former of formerly) {
      const other = taken.get(former);
      if (other !== undefined)
        problems.report(
          "RPC1103",
          node.name ?? node,
          `${member} of ${name} was formerly ${former}, which ${other === former ? "another member is called" : `${other} was too`}`,
          "Take the name out of formerly, or give the other member another.",
        );
      taken.set(former, member);
    }
  }
}

function nameNode(member: ts.Node, mark: Mark): ts.Node {
  return (ts.isClassElement(member) && member.name) || mark.at;
}

function reportEmpty({ name, node }: ServiceClass, { problems }: Reader): void {
  const mend = "Put @expose() on the methods that others may call, or @event() on an event.";
  problems.report("RPC1106", node.name ?? node, `the service ${name} exposes nothing`, mend);
}
