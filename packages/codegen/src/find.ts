import { relative } from "node:path";
import { refuseName } from "@rpc/core/contract";
import type { Problems } from "./diagnostics.js";
import type { Project } from "./load.js";
import type { Mark, Marks } from "./marks.js";
import type { KeptReading } from "./read/kept-reading.js";
import ts from "./typescript.cjs";

/** A class marked `@service`. */
export interface ServiceClass {
  /** Wire name: from the decorator, or the class's name in the source. */
  readonly name: string;
  readonly node: ts.ClassLikeDeclaration;
}

/** Finds the services of a project, sorted by wire name. In a file that `kept` still knows nothing is looked for. */
export function find(project: Project, marks: Marks, problems: Problems, kept?: KeptReading): ServiceClass[] {
  const found = new Map<string, ServiceClass>();
  for (const file of project.files) {
    const classes = kept?.classesIn(file) ?? classesIn(file, marks, problems);
    kept?.keepClasses(file, classes);
    for (const each of classes.found) addService(found, each, project, problems);
  }
  if (found.size === 0 && !problems.hasErrors) reportNone(problems);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Services of one file. */
export interface FoundClasses {
  readonly found: readonly ServiceClass[];
  /** Whether all of them are as they should be. */
  readonly clean: boolean;
}

function classesIn(file: ts.SourceFile, marks: Marks, problems: Problems): FoundClasses {
  const found: ServiceClass[] = [];
  const before = problems.reported;
  const signs = signsOf(file.text);
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || !hasSign(signs, node)) return;
    if (ts.isClassLike(node)) {
      const mark = marks.on(node).find(({ kind }) => kind === "service");
      const name = mark && nameOf(node, mark, marks, problems);
      if (name !== undefined) found.push({ name, node });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { found, clean: problems.reported === before };
}

// Where a decorator may begin. Most of a project has none, and walking all of it takes longer than finding them here.
function signsOf(text: string): number[] {
  const signs: number[] = [];
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    // A doc comment's tags stand behind its asterisks.
    if (text[at - 1] !== " " || text[at - 2] !== "*") signs.push(at);
  }
  return signs;
}

function hasSign(signs: readonly number[], { pos, end }: ts.Node): boolean {
  let [low, high] = [0, signs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (signs[middle]! < pos) low = middle + 1;
    else high = middle;
  }
  return low < signs.length && signs[low]! < end;
}

function nameOf(
  node: ts.ClassLikeDeclaration,
  mark: Mark,
  marks: Marks,
  problems: Problems,
): string | undefined {
  // Options alone are a bare service.
  const argument = mark.argument && ts.isObjectLiteralExpression(mark.argument) ? undefined : mark.argument;
  const at = argument ?? node.name ?? mark.at;
  const name = argument ? marks.text(argument) : node.name?.text;
  if (name === undefined && argument === undefined) {
    problems.report("RPC1103", at, "this service has no name", 'Name it: @service("Quotes")');
  }
  const refusal = name === undefined ? undefined : refuseName(name);
  if (refusal === undefined) return name;
  problems.report("RPC1103", at, refusal, 'Give the service another wire name: @service("Quotes")');
  return undefined;
}

function addService(
  found: Map<string, ServiceClass>,
  service: ServiceClass,
  { root }: Project,
  problems: Problems,
): void {
  const { name, node } = service;
  const other = found.get(name);
  if (other === undefined) {
    found.set(name, service);
    return;
  }
  const className = other.node.name?.text ?? "a class without a name";
  const file = relative(root, other.node.getSourceFile().fileName).replaceAll("\\", "/");
  const message = `the service name ${name} is used twice: ${className} in ${file} has it`;
  problems.report(
    "RPC1103",
    node.name ?? node,
    message,
    `Name one of them otherwise: @service("Other${name}")`,
  );
}

function reportNone(problems: Problems): void {
  const message = "no class of the project is marked with @service of @rpc/core";
  const mend =
    'Mark one. Write import { expose, service } from "@rpc/core", then @service("Person") above the class.';
  problems.report("RPC1003", undefined, message, mend);
}
