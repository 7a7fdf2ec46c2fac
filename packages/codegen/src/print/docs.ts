import type { Contract, ParamContract, ServiceContract, TypeSchema } from "@rpc/core/contract";
import { indent, joinDoc, printMembers, printType } from "./type.js";
import type { TypeNames } from "./type-names.js";

type Member = ServiceContract["members"][string];

/** A contract as Markdown, to be published: services, their methods, events and errors, then the types. Equal contracts, equal text. */
export function printDocs(contract: Contract): string {
  const names: TypeNames = new Map(Object.keys(contract.types).map((name) => [name, name]));
  const services = sorted(contract.services);
  const sections = [
    `# ${contract.name}${contract.version === undefined ? "" : ` ${contract.version}`}`,
    services
      .map(
        ([name, { doc }]) =>
          `- [${name}](#${anchor(name)})${doc === undefined ? "" : `: ${firstSentence(doc)}`}`,
      )
      .join("\n"),
    ...services.flatMap(([name, service]) => printService(name, service, names)),
  ];
  const types = sorted(contract.types);
  if (types.length > 0)
    sections.push("## Types", ...types.flatMap(([name, type]) => printNamed(name, type, names)));
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function printService(name: string, service: ServiceContract, names: TypeNames): string[] {
  const errors = sorted(service.errors ?? {});
  return [
    `## ${name}`,
    service.doc ?? "",
    ...sorted(service.members).flatMap(([member, described]) => printMember(name, member, described, names)),
    ...(errors.length > 0 ? [`### Errors of ${name}`] : []),
    ...errors.flatMap(([error, fields]) => printNamed(error, fields, names, "####")),
  ];
}

function printMember(service: string, name: string, member: Member, names: TypeNames): string[] {
  const notes = notesOf(member);
  return [
    `### ${service}.${name}`,
    code(
      member.kind === "event"
        ? `${name}: Event<${printType(member.payload, names)}>`
        : signature(name, member, names),
    ),
    member.deprecated === undefined
      ? ""
      : `**Deprecated.**${member.deprecated === true ? "" : ` ${member.deprecated}`}`,
    member.doc ?? "",
    member.kind === "event" ? "" : printParams(member.params, names),
    notes.map((note) => `- ${note}`).join("\n"),
  ];
}

function signature(name: string, member: Exclude<Member, { kind: "event" }>, names: TypeNames): string {
  const params = member.params.map((param) => {
    const type = printType(param.type, names);
    if (param.rest) return `...${param.name}: ${/[ |]/.test(type) ? `(${type})` : type}[]`;
    return `${param.name}${param.optional ? "?" : ""}: ${type}`;
  });
  const answer =
    member.kind === "stream"
      ? `AsyncIterable<${printType(member.item, names)}>`
      : `Promise<${printType(member.result, names)}>`;
  return `${name}(${params.join(", ")}): ${answer}`;
}

function printParams(params: readonly ParamContract[], names: TypeNames): string {
  if (
    !params.some(
      ({ doc, default: initial, type }) => doc !== undefined || initial !== undefined || limits(type) !== "",
    )
  )
    return "";
  const rows = params.map((param) => {
    const parts = [
      param.doc,
      limits(param.type),
      param.default === undefined ? "" : `Default ${inline(param.default)}.`,
    ];
    return `| ${cell(inline(param.name))} | ${cell(inline(printType(param.type, names)))} | ${cell(parts.filter(Boolean).join(" "))} |`;
  });
  return ["| parameter | type | |", "| --- | --- | --- |", ...rows].join("\n");
}

function notesOf(member: Member): string[] {
  if (member.kind === "event") return [`Delivery mode \`${member.mode}\`.`];
  const notes: string[] = [];
  if (member.throws?.length)
    notes.push(`Fails with ${member.throws.map((name) => `[${name}](#${anchor(name)})`).join(", ")}.`);
  if (member.idempotent) notes.push("Idempotent: it may be sent again.");
  return notes;
}

function printNamed(name: string, type: TypeSchema, names: TypeNames, heading = "###"): string[] {
  const description = type["description"] as string | undefined;
  const constants = type["x-enum"] as Readonly<Record<string, unknown>> | undefined;
  if (constants !== undefined) {
    const rows = sorted(constants).map(
      ([key, value]) => `| ${cell(inline(key))} | ${cell(inline(JSON.stringify(value)))} |`,
    );
    return [
      `${heading} ${name}`,
      description ?? "",
      ["| name | value |", "| --- | --- |", ...rows].join("\n"),
    ];
  }
  if (type.type !== "object")
    return [
      `${heading} ${name}`,
      code(`type ${name} = ${printType(type, names)}`),
      description ?? "",
      limits(type),
    ];
  const sortedType = {
    ...type,
    properties: Object.fromEntries(sorted((type["properties"] ?? {}) as Record<string, TypeSchema>)),
  };
  const members = printMembers(sortedType, names, { docs: false });
  return [
    `${heading} ${name}`,
    code(
      members.length === 0
        ? `interface ${name} {}`
        : `interface ${name} {\n${members.map(indent).join("\n")}\n}`,
    ),
    description ?? "",
    printProperties(sortedType.properties),
  ];
}

function printProperties(properties: Readonly<Record<string, TypeSchema>>): string {
  const rows = Object.entries(properties).flatMap(([name, type]) => {
    const text = joinDoc(
      type["deprecated"] ? "**Deprecated.**" : undefined,
      type["description"] as string | undefined,
      limits(type) || undefined,
    );
    return text === undefined ? [] : [`| ${cell(inline(name))} | ${cell(text)} |`];
  });
  return rows.length === 0 ? "" : ["| property | |", "| --- | --- |", ...rows].join("\n");
}

const limitNames = [
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"],
  ...["maxItems", "uniqueItems", "pattern", "format"],
];

function limits(type: TypeSchema): string {
  const said = limitNames.flatMap((name) =>
    type[name] === undefined ? [] : [`${name} ${inline(String(type[name]))}`],
  );
  if (type.type === "integer") said.unshift("a whole number");
  return said.length === 0 ? "" : `Limits: ${said.join(", ")}.`;
}

function sorted<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function firstSentence(doc: string): string {
  return (/^.*?[.!?](?=\s|$)/s.exec(doc)?.[0] ?? doc).replace(/\s+/g, " ");
}

function anchor(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}_-]/gu, "");
}

function code(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``;
}

function inline(text: string): string {
  const ticks = "`".repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  return ticks.length === 1 ? `\`${text}\`` : `${ticks} ${text} ${ticks}`;
}

// In a table a bar ends the cell, and a line end the row.
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ");
}
