import { relative } from "node:path";
import { compare } from "../compare.js";
import type { Problems } from "../diagnostics.js";
import { pascalCase } from "../pascal-case.js";
import type { NamedType } from "./named-types.js";

type Names = ReadonlyMap<NamedType, string>;

/**
 * One name for each type, none twice.
 *
 * Types that share a name are all qualified by the part of their path that tells them apart, so that no name depends
 * on the order in which files were read.
 */
export function uniqueNames(types: readonly NamedType[], root: string, problems: Problems): string[] {
  const files = new Map<string, string>();
  const placeOf = (type: NamedType) => {
    const { fileName } = type.at.getSourceFile();
    const known = files.get(fileName) ?? pathOf(type, root);
    files.set(fileName, known);
    return known;
  };
  const places = new Map(types.map((type) => [type, placeOf(type)]));
  const sorted = [...types].sort(
    (a, b) => compare(places.get(a)!, places.get(b)!) || a.at.getStart() - b.at.getStart(),
  );
  const groups = groupByName(sorted);
  const wanted = new Map(groups.flatMap((group) => qualify(group, root)));
  const names = numberDoubles(sorted, wanted);
  for (const group of groups) if (group.length > 1) reportShared(group, names, root, problems);
  return types.map((type) => names.get(type)!);
}

function groupByName(types: readonly NamedType[]): NamedType[][] {
  const groups = new Map<string, NamedType[]>();
  for (const type of types) {
    const group = groups.get(type.name);
    if (group) group.push(type);
    else groups.set(type.name, [type]);
  }
  return [...groups.values()];
}

function qualify(group: readonly NamedType[], root: string): (readonly [NamedType, string])[] {
  const qualifiers = group.length === 1 ? [""] : qualifiersOf(group.map((type) => segmentsOf(type, root)));
  return group.map((type, index) => [type, `${qualifiers[index]}${type.name}`]);
}

// Segments that all have in common tell nothing; from the end, as few of the others as it takes.
function qualifiersOf(paths: readonly (readonly string[])[]): string[] {
  const longest = Math.max(...paths.map((path) => path.length));
  let qualifiers = paths.map(() => "");
  for (let back = 1; back <= longest; back++) {
    const segments = paths.map((path) => path.at(-back) ?? "");
    if (new Set(segments).size === 1) continue;
    qualifiers = qualifiers.map((qualifier, index) => pascalCase(segments[index]!) + qualifier);
    if (new Set(qualifiers).size === paths.length) break;
  }
  return qualifiers;
}

function segmentsOf(type: NamedType, root: string): string[] {
  return pathOf(type, root)
    .replace(/(\.d)?\.\w+$/, "")
    .split("/");
}

function pathOf(type: NamedType, root: string): string {
  return relative(root, type.at.getSourceFile().fileName).replaceAll("\\", "/");
}

function reportShared(group: readonly NamedType[], names: Names, root: string, problems: Problems): void {
  const files = group.map((type) => `${names.get(type)} (${pathOf(type, root)})`).join(", ");
  const [first] = group;
  const message = `${group.length} types are named ${first!.name}; clients see them as ${files}`;
  problems.report(
    "RPC1204",
    first!.at,
    message,
    "Rename all but one, and clients see the names that you chose.",
  );
}

// Two types of one name in one file, or a qualified name that somebody else has.
function numberDoubles(sorted: readonly NamedType[], wanted: Names): Names {
  const taken = new Set<string>();
  const names = sorted.map((type) => {
    const base = wanted.get(type)!;
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}${number}`;
    taken.add(name);
    return [type, name] as const;
  });
  return new Map(names);
}
