import type { CallContract, ParamContract } from "@rpc/core/contract";
import { type ClientNames, propertyName } from "./names.js";
import type { Page } from "./page.js";
import { deprecation, indent, joinDoc, printType } from "./type.js";

const maxWidth = 108;

// Words that cannot name a parameter in a module. The compiler refuses them in the source too, contracts may hold them.
const reserved = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false " +
    "finally for function if implements import in instanceof interface let new null package private protected public " +
    "return static super switch this throw true try typeof var void while with yield"
  ).split(" "),
);

/** Prints one method of a client. */
export function printMethod({ out, names }: Page, name: string, call: CallContract): void {
  const params = call.params.map((param, index) => printParam(param, call.params.slice(index + 1), names));
  const args = call.params.map((param) =>
    param.rest ? `...${localName(param.name)}` : localName(param.name),
  );
  const result = printType(call.result, names.types);
  const open = `${propertyName(name)}(${params.join(", ")}): Promise<${result}> {`;
  out.line();
  out.doc(methodDoc(call));
  const body = () => out.line(`return this.#caller.call(${JSON.stringify(name)}, [${args.join(", ")}]);`);
  if (open.length <= maxWidth && !params.some((param) => param.includes("\n"))) {
    out.block(open, "}", body);
    return;
  }
  out.line(`${propertyName(name)}(`);
  // No comma may follow the parameter that takes the rest.
  out.lines(params.map((param) => indent(param.startsWith("...") ? param : `${param},`)));
  out.block(`): Promise<${result}> {`, "}", body);
}

function printParam(param: ParamContract, following: readonly ParamContract[], names: ClientNames): string {
  const type = printType(param.type, names.types);
  const name = localName(param.name);
  if (param.rest) return `...${name}: ${/ \| |^readonly /.test(type) ? `(${type})` : type}[]`;
  if (!param.optional) return `${name}: ${type}`;
  // Only the last parameters can be left out; one before a required one is given as undefined.
  const isLast = following.every((other) => other.optional || other.rest);
  return isLast ? `${name}?: ${type}` : `${name}: ${type} | undefined`;
}

function localName(name: string): string {
  return reserved.has(name) ? `${name}_` : name;
}

function methodDoc({ doc, deprecated, params }: CallContract): string | undefined {
  const tags = params.flatMap((param) => {
    const standard = param.default === undefined ? undefined : `Default: \`${param.default}\`.`;
    const text = [param.doc, standard].filter((part) => part !== undefined).join(" ");
    return text === "" ? [] : [`@param ${localName(param.name)} ${text}`];
  });
  // Parameters come before the other tags, as everybody writes them.
  const [, text = "", others = ""] = /^([\s\S]*?)(?:(?:^|\n\n)(@[\s\S]*))?$/.exec(doc ?? "") ?? [];
  return joinDoc(
    text || undefined,
    [...tags, others, deprecation(deprecated)].filter(Boolean).join("\n") || undefined,
  );
}
