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
  const doc = plain(symbol.getDocumentationComment(checker)).replace(/^-\s*/, "");
  return doc === "" ? {} : { doc };
}

function plain(parts: ts.SymbolDisplayPart[] | undefined): string {
  return ts.displayPartsToString(parts).replaceAll("\r\n", "\n").trim();
}
