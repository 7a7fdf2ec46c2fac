import {
  constraintText,
  jsPart,
  kindOf,
  type MemberContract,
  type MethodContract,
  type ParamContract,
  resolveType,
  type TypeSchema,
  type Types,
  wholeTypeText,
} from "@rpc/core/contract";

/** A member as TypeScript would write it: `changeName(newName: string): void`. */
export function signatureOf(name: string, member: MemberContract): string {
  if (member.kind === "event") return `${name}: Event<${wholeTypeText(member.payload)}>`;
  const params = member.params.map(paramText).join(", ");
  const answer =
    member.kind === "stream" ? `AsyncIterable<${wholeTypeText(member.item)}>` : wholeTypeText(member.result);
  return `${name}(${params}): ${answer}`;
}

/** What else there is to know of a member: its mode, and how it may be called. */
export function traitsOf(member: MemberContract): string[] {
  const deprecated =
    member.deprecated === undefined
      ? []
      : [member.deprecated === true ? "deprecated" : `deprecated: ${member.deprecated}`];
  if (member.kind === "event")
    return [member.mode, ...(member.key === undefined ? [] : [`key ${member.key}`]), ...deprecated];
  return [
    ...(member.kind === "stream" ? ["stream"] : []),
    ...(member.idempotent === true ? ["idempotent"] : []),
    ...(member.kind === "call" && member.once === true ? ["once: takes --key"] : []),
    ...(member.kind === "call" && member.oneway === true ? ["one-way"] : []),
    ...deprecated,
  ];
}

/** Lines on the parameters that have more to say than their type. */
export function paramLines({ params }: MethodContract, types: Types): string[] {
  return params.flatMap((param) => {
    const limits = constraintText(resolveType(param.type, types).schema);
    const said = [
      param.doc,
      ...(limits === "" ? [] : [limits]),
      ...(param.default === undefined ? [] : [`default ${param.default}`]),
    ].filter((part) => part !== undefined);
    return said.length === 0 ? [] : [`${param.name}: ${said.join("; ")}`];
  });
}

/** A named type, written out: `type Tick = { … }`, a property a line, with its docs and limits. */
export function typeLines(name: string, schema: TypeSchema): string[] {
  const properties = Object.entries((schema["properties"] ?? {}) as Record<string, TypeSchema>);
  if (schema.type !== "object" || properties.length === 0) {
    const limits = constraintText(schema);
    return [`type ${name} = ${wholeTypeText(schema)}${limits === "" ? "" : `  // ${limits}`}`];
  }
  const required = new Set(schema["required"] as unknown[] | undefined);
  const lines = properties.map(([property, type]) => {
    const notes = [constraintText(type), firstLine(type["description"])].filter((note) => note !== "");
    return `  ${property}${required.has(property) ? "" : "?"}: ${wholeTypeText(type)}${notes.length === 0 ? "" : `  // ${notes.join("; ")}`}`;
  });
  return [`type ${name} = {`, ...lines, "}"];
}

/** The first line of a text, or nothing. */
export function firstLine(text: unknown): string {
  return typeof text === "string" ? text.split("\n", 1)[0]! : "";
}

function paramText({ name, type, optional, rest }: ParamContract): string {
  const text = paramTypeText(type);
  if (rest === true) return `...${name}: ${/[ |]/.test(text) ? `(${text})` : text}[]`;
  return `${name}${optional === true ? "?" : ""}: ${text}`;
}

function paramTypeText(type: TypeSchema): string {
  if (kindOf(type) !== "callback") return wholeTypeText(type);
  const { params, result } = jsPart(type, "callback") as {
    readonly params: readonly ParamContract[];
    readonly result: TypeSchema;
  };
  return `(${params.map(paramText).join(", ")}) => ${wholeTypeText(result)}`;
}
