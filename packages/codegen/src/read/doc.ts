import { constraintNames } from "../schema/constraint-names.js";
import ts from "../typescript.cjs";

/** What a doc comment says, in the words of a member of the contract. */
export interface Doc {
  readonly doc?: string;
  readonly deprecated?: string | true;
}

// Told elsewhere in the contract, or nobody's business but the author's.
const elsewhere = new Set(["param", "deprecated", "template", "typeParam", "internal", "private", "public"]);

/** The doc comment of a class, method or event. Tags such as `@returns` stay in the text. */
export function docOf(
  checker: ts.TypeChecker,
  symbol: ts.Symbol,
  left: ReadonlySet<string> = new Set(),
): Doc {
  if (!mayHaveDoc(symbol)) return {};
  const tags = symbol.getJsDocTags(checker);
  const kept = tags
    .filter((tag) => !elsewhere.has(tag.name) && !left.has(tag.name))
    .map((tag) => `@${tag.name} ${plain(tag.text)}`.trim());
  const doc = [plain(symbol.getDocumentationComment(checker)), kept.join("\n")]
    .filter((part) => part !== "")
    .join("\n\n");
  const tag = tags.find(({ name }) => name === "deprecated");
  const deprecated = tag && (plain(tag.text) || true);
  return { ...(doc !== "" && { doc }), ...(deprecated !== undefined && { deprecated }) };
}

/** The same in the words of JSON Schema, for a type or a property. */
export function describe(
  checker: ts.TypeChecker,
  symbol: ts.Symbol,
): { description?: string; deprecated?: true; "x-deprecated"?: string } {
  const { doc, deprecated } = docOf(checker, symbol, constraintNames);
  return {
    ...(doc !== undefined && { description: doc }),
    ...(deprecated !== undefined && { deprecated: true }),
    ...(typeof deprecated === "string" && { "x-deprecated": deprecated }),
  };
}

/** What `@param` says of a parameter; a dash before the text is decoration. */
export function paramDoc(checker: ts.TypeChecker, symbol: ts.Symbol): { doc?: string } {
  if (!mayHaveDoc(symbol)) return {};
  const doc = plain(symbol.getDocumentationComment(checker)).replace(/^-\s*/, "");
  return doc === "" ? {} : { doc };
}

// Most symbols have none, and the compiler takes its time to find that out. What a class or interface extends may lend its
// own, and a method speaks for its parameters.
function mayHaveDoc({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((node) => {
    const { parent } = node;
    if (ts.isParameter(node) && isPlainOwner(parent)) return hasDoc(node) || hasDoc(parent);
    const isProperty = ts.isPropertySignature(node) || ts.isPropertyDeclaration(node);
    if (!isProperty || (ts.isClassLike(parent) && parent.heritageClauses)) return true;
    return hasDoc(node) || (ts.isInterfaceDeclaration(parent) && parent.heritageClauses !== undefined);
  });
}

// A method, or the type of a callback, which no comment but its own speaks for.
function isPlainOwner(node: ts.Node): boolean {
  return ts.isMethodDeclaration(node) || (ts.isFunctionTypeNode(node) && ts.isParameter(node.parent));
}

/** Whether a doc comment stands before a node. */
export function hasDoc(node: ts.Node): boolean {
  return (node as ts.JSDocContainer & { jsDoc?: readonly ts.JSDoc[] }).jsDoc !== undefined;
}

function plain(parts: ts.SymbolDisplayPart[] | undefined): string {
  return ts.displayPartsToString(parts).replaceAll("\r\n", "\n").trim();
}
