import type { Problems } from "../diagnostics.js";
import type { Mark, Marks } from "../marks.js";
import ts from "../typescript.cjs";

/** A member of a class and the mark that makes it reachable. */
export interface MarkedMember {
  readonly member: ts.Declaration;
  readonly mark: Mark;
}

/** The mark of a member: its own, or of what it overrides, for overriding does not hide. */
export function findMark(
  checker: ts.TypeChecker,
  marks: Marks,
  property: ts.Symbol,
): MarkedMember | undefined {
  for (const member of property.declarations ?? []) {
    const mark = marks.on(member).find(({ kind }) => kind !== "service");
    if (mark) return { member, mark };
  }
  const owner = property.declarations?.[0]?.parent;
  if (owner === undefined || !ts.isClassLike(owner)) return undefined;
  for (const base of basesOf(checker, owner)) {
    const overridden = checker.getPropertyOfType(base, property.name);
    const found = overridden && overridden !== property ? findMark(checker, marks, overridden) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** The class of a type and the classes it extends, mixins included. */
export function lineageOf(
  checker: ts.TypeChecker,
  type: ts.Type,
  seen = new Set<ts.Node>(),
): ts.ClassLikeDeclaration[] {
  const types = type.isIntersection() ? type.types : [type];
  return types.flatMap((part) => {
    const node = part.symbol?.declarations?.find(ts.isClassLike);
    if (node === undefined || seen.has(node)) return [];
    seen.add(node);
    return [node, ...basesOf(checker, node).flatMap((base) => lineageOf(checker, base, seen))];
  });
}

/** Reports a mark on a member that cannot be reached from outside. */
export function refuseMember(member: ts.ClassElement, mark: Mark, problems: Problems): boolean {
  const at = member.name ?? mark.at;
  const name = member.name?.getText() ?? "this member";
  const modifiers = ts.getCombinedModifierFlags(member);
  const refuse = (code: Parameters<Problems["report"]>[0], message: string, mend: string) => {
    problems.report(code, at, message, mend);
    return true;
  };
  if (modifiers & ts.ModifierFlags.Static) {
    return refuse(
      "RPC1102",
      `${name} is static: it belongs to no instance that could be served`,
      "Make it an instance member, or take the decorator away.",
    );
  }
  if (modifiers & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected) || ts.isPrivateIdentifier(at)) {
    return refuse(
      "RPC1101",
      `${name} is ${modifiers & ts.ModifierFlags.Protected ? "protected" : "private"}, and an exposed member is public by nature`,
      "Make it public, or take the decorator away.",
    );
  }
  if (
    member.name &&
    ts.isComputedPropertyName(member.name) &&
    !ts.isStringLiteralLike(member.name.expression)
  ) {
    return refuse("RPC2001", `${name} has no name that is known in the source`, "Give it a plain name.");
  }
  if (mark.kind === "expose" && !ts.isMethodDeclaration(member)) {
    return refuse(
      "RPC1104",
      `@expose on ${name}, which is ${kindOf(member)}: only methods can be called`,
      "Make it a method.",
    );
  }
  if (mark.kind === "event" && !ts.isPropertyDeclaration(member)) {
    return refuse(
      "RPC1108",
      `@event on ${name}, which is ${kindOf(member)}: an event is a field that holds an Event`,
      `Write: @event() readonly ${name} = new Event<Payload>()`,
    );
  }
  return false;
}

function basesOf(checker: ts.TypeChecker, node: ts.ClassLikeDeclaration): ts.Type[] {
  if (node.heritageClauses === undefined) return [];
  const symbol = node.name ? checker.getSymbolAtLocation(node.name) : checker.getTypeAtLocation(node).symbol;
  return symbol ? checker.getBaseTypes(checker.getDeclaredTypeOfSymbol(symbol) as ts.InterfaceType) : [];
}

function kindOf(member: ts.ClassElement): string {
  if (ts.isGetAccessor(member)) return "a getter";
  if (ts.isSetAccessor(member)) return "a setter";
  return ts.isMethodDeclaration(member) ? "a method" : "a field";
}
