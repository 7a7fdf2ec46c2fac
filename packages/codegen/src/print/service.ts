import {
  type EventContract,
  type MemberContract,
  maxContractTextLength,
  type ServiceContract,
} from "@rpc/core/contract";
import { printMethod } from "./method.js";
import { isIdentifier, propertyName } from "./names.js";
import type { Page } from "./page.js";
import { partsOf } from "./parts.js";
import { deprecation, joinDoc, printType } from "./type.js";
import type { Writer } from "./writer.js";

/** Prints the client class of a service: events as fields, methods in the order of the source, then `$with`. */
export function printService(page: Page, name: string, service: ServiceContract): void {
  const { out, names, imports } = page;
  const className = names.clients.get(name)!;
  const members = Object.entries(service.members);
  const events = members.flatMap(([event, member]) =>
    member.kind === "event" ? [[event, member] as const] : [],
  );
  out.doc(service.doc ?? `Client of the service ${name}.`);
  out.block(`export class ${className} {`, "}", () => {
    printDescription(page, name, service);
    for (const [event, member] of events) printEvent(page, event, member);
    printConstructor(
      page,
      events.map(([event]) => event),
    );
    for (const [method, member] of members) {
      if (member.kind !== "event") printMethod(page, method, member);
    }
    printOutcome(page, members);
    out.line();
    out.doc("The same client with these options for every call.");
    out.block(`$with(options: ${imports.type("CallOptions")}): ${className} {`, "}", () => {
      out.line(`return new ${className}(this.#caller.with(options));`);
    });
  });
  out.line();
}

function printDescription(
  { out, names, imports, texts }: Page,
  name: string,
  service: ServiceContract,
): void {
  out.doc("What the server is asked to agree with when the service is first used.");
  out.block(`static readonly service: ${imports.type("ServiceDescription")} = {`, "};", () => {
    out.line(`name: ${JSON.stringify(name)},`);
    out.line(`hash: ${JSON.stringify(service.hash)},`);
    const members = Object.keys(service.members)
      .sort()
      .map((member) => JSON.stringify(member));
    const line = `members: [${members.join(", ")}],`;
    if (line.length <= 100) out.line(line);
    else out.block("members: [", "],", () => out.lines(members.map((member) => `${member},`)));
    const parts = partsOf(service).map((part) => imports.value(part));
    if (parts.length > 0) out.line(`parts: [${parts.join(", ")}],`);
    const errors = Object.keys(service.errors ?? {})
      .sort()
      .map((error) => {
        const className = names.error(name, error);
        return className === error ? error : `${propertyName(error)}: ${className}`;
      });
    if (errors.length > 0) out.line(`errors: { ${errors.join(", ")} },`);
    const idempotent = Object.entries(service.members).filter(([, member]) => "idempotent" in member);
    if (idempotent.length > 0) {
      const quoted = idempotent.map(([member]) => JSON.stringify(member)).sort();
      out.line(`idempotent: [${quoted.join(", ")}],`);
    }
    printText(out, texts.get(name)!);
  });
  out.line();
}

// In the file itself and not beside it: it is needed when the server has changed, and after a new deployment a browser
// finds no more what an older page would load now.
function printText(out: Writer, text: string): void {
  if (text.length > maxContractTextLength) {
    const size = Math.ceil(text.length / 1024);
    out.line(
      `// Of ${size} Ki characters, more than a server takes: members are called without comparing contracts.`,
    );
    return;
  }
  out.line(`contract: ${singleQuoted(text)},`);
}

// JSON is full of double quotes. Some compilers take two more characters for line ends.
function singleQuoted(text: string): string {
  const escaped = text
    .replace(/[\\']/g, "\\$&")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
  return `'${escaped}'`;
}

// Only of methods that remember: of any other there is nothing to ask.
function printOutcome({ out, imports }: Page, members: readonly (readonly [string, MemberContract])[]): void {
  const names = members.flatMap(([name, member]) => ("once" in member ? [JSON.stringify(name)] : []));
  if (names.length === 0) return;
  const method = names.sort().join(" | ");
  out.line();
  out.doc("What became of the call of that method with that key.");
  out.block(
    `$outcome(method: ${method}, key: string): Promise<${imports.type("CallOutcome")}> {`,
    "}",
    () => {
      out.line("return this.#caller.outcome(method, key);");
    },
  );
}

function printEvent({ out, names, imports }: Page, name: string, event: EventContract): void {
  out.doc(joinDoc(event.doc, deliveryDoc(event), deprecation(event.deprecated)));
  const payload = printType(event.payload, names.types);
  out.line(`readonly ${propertyName(name)}: ${imports.type("RemoteEvent")}<${payload}>;`);
}

function deliveryDoc({ mode, key }: EventContract): string {
  return key === undefined ? `Delivery mode: \`${mode}\`.` : `Delivery mode: \`${mode}\` by \`${key}\`.`;
}

function printConstructor({ out, imports }: Page, events: readonly string[]): void {
  const caller = imports.type("ServiceCaller");
  out.line(`readonly #caller: ${caller};`);
  out.line();
  out.block(`constructor(caller: ${caller}) {`, "}", () => {
    out.line("this.#caller = caller;");
    for (const event of events) {
      const field = isIdentifier(event) ? `.${event}` : `[${JSON.stringify(event)}]`;
      out.line(`this${field} = caller.event(${JSON.stringify(event)});`);
    }
  });
}
