import type { TypeSchema } from "@rpc/core/contract";
import ts from "../typescript.cjs";
import { type Reading, refused } from "./reading.js";

/** Reports a type that says nothing or that nothing can carry, and stands in for it; undefined for all others. */
export function readUnfit(reading: Reading, type: ts.Type, at: ts.Node): TypeSchema | undefined {
  const { checker, problems } = reading;
  if (type.flags & ts.TypeFlags.Any) return readAny(reading, type, at);
  if (isImpossible(checker, type)) {
    const mend = "Write a type that has values; a never is mostly two properties that contradict each other.";
    problems.report("RPC2005", at, `no value satisfies ${at.getText()}`, mend);
    return refused;
  }
  if (type.flags & ts.TypeFlags.ESSymbolLike) {
    problems.report(
      "RPC2001",
      at,
      "a symbol cannot cross the wire: it means something in one process only",
      "Send a string.",
    );
    return refused;
  }
  if (type.flags & (ts.TypeFlags.Instantiable & ~ts.TypeFlags.TemplateLiteral)) {
    const message = `${checker.typeToString(type)} is not known before the call`;
    const mend = "Write the type out: only what is known when the contract is made can be described in it.";
    problems.report(isThis(type) ? "RPC2001" : "RPC2002", at, message, mend);
    return refused;
  }
  return undefined;
}

/** Whether no value satisfies a type. The compiler finds that out about an intersection only when it compares it. */
export function isImpossible(checker: ts.TypeChecker, type: ts.Type): boolean {
  if (type.flags & ts.TypeFlags.Never) return true;
  return type.isIntersection() && checker.isTypeAssignableTo(type, checker.getNeverType());
}

function isThis(type: ts.Type): boolean {
  return (type as ts.TypeParameter & { isThisType?: boolean }).isThisType === true;
}

function readAny(reading: Reading, type: ts.Type, at: ts.Node): TypeSchema {
  const { checker, problems } = reading;
  const { intrinsicName } = type as ts.Type & { intrinsicName?: string };
  if (intrinsicName === "any") {
    const mend = "Write the type, or unknown where anything may come.";
    problems.report("RPC1201", at, "any says nothing about this value; clients get unknown", mend);
    return { "x-js": "any" };
  }
  const said = errorAt(reading.program, at) ?? errorAt(reading.program, importOf(checker, at));
  const message = `the type ${checker.typeToString(type) === "any" ? at.getText() : checker.typeToString(type)} cannot be resolved`;
  const mend = said
    ? `The compiler says: ${said}`
    : "See what tsc --noEmit says about it: a missing import, or a package that is not installed.";
  problems.report("RPC1001", at, message, mend);
  return refused;
}

// Checking the file is slow, and only done when it is known to have an error.
function errorAt(program: ts.Program, at: ts.Node | undefined): string | undefined {
  if (at === undefined) return undefined;
  const [start, end] = [at.getStart(), at.getEnd()];
  const found = program
    .getSemanticDiagnostics(at.getSourceFile())
    .find(
      (diagnostic) => diagnostic.start !== undefined && diagnostic.start >= start && diagnostic.start < end,
    );
  return found && ts.flattenDiagnosticMessageText(found.messageText, "\n");
}

// The type may be missing because its module is: then the import is what the compiler complains of.
function importOf(checker: ts.TypeChecker, at: ts.Node): ts.Node | undefined {
  const name = ts.isTypeReferenceNode(at) ? at.typeName : at;
  let node: ts.Node | undefined = checker.getSymbolAtLocation(name)?.declarations?.[0];
  while (node !== undefined && !ts.isImportDeclaration(node)) node = node.parent;
  return node;
}
