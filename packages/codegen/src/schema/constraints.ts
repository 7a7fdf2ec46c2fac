import type { TypeSchema } from "@rpc/core/contract";
import { hasDoc } from "../read/doc.js";
import ts from "../typescript.cjs";
import { constraintNames, formats } from "./constraint-names.js";
import type { Reading } from "./reading.js";

type Keywords = Record<string, unknown>;

/** Reads the constraints in the doc comment of a property, parameter or type alias as keywords of its schema. */
export function readConstraints(reading: Reading, schema: TypeSchema, at: ts.Declaration): Keywords {
  const tags = ownTags(at).filter((tag) => constraintNames.has(tag.tagName.text));
  if (tags.length === 0) return {};
  const keywords: Keywords = {};
  const kinds = kindsOf(reading, at);
  for (const tag of tags) {
    const refusal = readTag(tag.tagName.text, textOf(tag), { keywords, kinds, schema });
    if (refusal !== undefined) refuse(reading, tag, refusal);
  }
  checkRange(reading, keywords, tags, ["minimum", "maximum"]);
  checkRange(reading, keywords, tags, ["minLength", "maxLength"]);
  return keywords;
}

interface Constrained {
  readonly keywords: Keywords;
  readonly kinds: Kinds;
  readonly schema: TypeSchema;
}

interface Kinds {
  readonly number: boolean;
  readonly string: boolean;
}

/** What is wrong with a tag and how to mend it. */
type Refusal = readonly [message: string, mend: string];

function readTag(name: string, text: string, { keywords, kinds, schema }: Constrained): Refusal | undefined {
  const isNumeric = name === "int" || name.startsWith("minimum") || name.startsWith("maximum");
  if (isNumeric ? !kinds.number : !kinds.string) {
    const fit = isNumeric ? "numbers" : "strings";
    return [
      `@${name} fits ${fit}, and this is none`,
      `Take it away, or make the type a ${fit.slice(0, -1)}.`,
    ];
  }
  if (name === "int") Object.assign(keywords, integer(schema));
  else if (name === "pattern") return readPattern(text, keywords);
  else if (name === "format") return readFormat(text, keywords);
  else return readNumber(name, text, keywords);
  return undefined;
}

function readNumber(name: string, text: string, keywords: Keywords): Refusal | undefined {
  const value = text === "" ? Number.NaN : Number(text);
  const isLength = name.endsWith("Length");
  if (isLength ? !Number.isSafeInteger(value) || value < 0 : !Number.isFinite(value)) {
    const expected = isLength ? "a whole number of at least 0" : "a number";
    return [`expected ${expected} after @${name}, got ${text || "nothing"}`, `Write it so: @${name} 8`];
  }
  keywords[name] = value;
  return undefined;
}

function readPattern(text: string, keywords: Keywords): Refusal | undefined {
  try {
    // As JSON Schema has it: a Unicode regular expression, found anywhere in the string.
    new RegExp(text || "(", "u");
  } catch (error) {
    const why = text === "" ? "there is none" : (error as Error).message;
    return [
      `expected a regular expression after @pattern: ${why}`,
      "Write it without slashes: @pattern ^[A-Z]+$",
    ];
  }
  keywords["pattern"] = text;
  return undefined;
}

function readFormat(text: string, keywords: Keywords): Refusal | undefined {
  if (!formats.includes(text)) {
    return [`unknown format ${text || "(none)"}`, `Write one of ${formats.join(", ")}, or use @pattern.`];
  }
  keywords["format"] = text;
  return undefined;
}

// Beside other members of a union only the number is whole; a schema that refers to another is narrowed as it is.
function integer(schema: TypeSchema): Keywords {
  const members = schema["anyOf"];
  if (!Array.isArray(members)) return { type: "integer" };
  return {
    anyOf: members.map((member: TypeSchema) =>
      member.type === "number" ? { ...member, type: "integer" } : member,
    ),
  };
}

function checkRange(
  reading: Reading,
  keywords: Keywords,
  tags: readonly ts.JSDocTag[],
  [least, most]: readonly [string, string],
): void {
  const [from, to] = [keywords[least], keywords[most]];
  if (typeof from !== "number" || typeof to !== "number" || from <= to) return;
  const tag = tags.find(({ tagName }) => tagName.text === most)!;
  refuse(reading, tag, [
    `no value is at least ${from} and at most ${to}`,
    `Let @${least} be the smaller one.`,
  ]);
}

function refuse({ problems }: Reading, tag: ts.JSDocTag, [message, mend]: Refusal): void {
  problems.report("RPC1111", tag, message, mend);
}

function kindsOf({ checker }: Reading, at: ts.Declaration): Kinds {
  const symbol = (at as ts.Declaration & { symbol?: ts.Symbol }).symbol;
  const type = ts.isTypeAliasDeclaration(at)
    ? checker.getTypeAtLocation(at.name)
    : checker.getTypeOfSymbol(symbol!);
  const parts = type.isUnion() ? type.types : [type];
  const has = (flag: ts.TypeFlags) =>
    parts.some(
      (part) =>
        part.flags & flag || (part.isIntersection() && part.types.some((inner) => inner.flags & flag)),
    );
  return { number: has(ts.TypeFlags.NumberLike), string: has(ts.TypeFlags.StringLike) };
}

// A parameter also answers for the @param tags of its method; only what stands before it counts here.
function ownTags(at: ts.Declaration): readonly ts.JSDocTag[] {
  if (!hasDoc(at)) return [];
  return ts
    .getJSDocCommentsAndTags(at)
    .flatMap((doc) => (ts.isJSDoc(doc) && doc.parent === at ? (doc.tags ?? []) : []));
}

function textOf(tag: ts.JSDocTag): string {
  return (ts.getTextOfJSDocComment(tag.comment) ?? "").trim();
}
