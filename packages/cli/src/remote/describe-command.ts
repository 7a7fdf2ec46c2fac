import { type Contract, type MemberContract, type ServiceContract, validatorTypes } from "@rpc/core/contract";
import { clean, findings, UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { askContract } from "./ask-contract.js";
import { findMember, orList } from "./find-member.js";
import { paramLines, signatureOf, traitsOf, typeLines } from "./member-text.js";
import { namedTypesIn } from "./named-types.js";
import { printable, printableJson } from "./printable.js";
import { type ServerFlags, withServer } from "./with-server.js";

/** Runs `rpc describe`: prints a service or a member with its docs, types and errors. Resolves to the exit code. */
export function runDescribe(
  { url, name }: { readonly url: string; readonly name: string },
  flags: ServerFlags,
  terminal: Terminal,
): Promise<number> {
  return withServer(url, flags, terminal, async ({ client }) => {
    const { contract, ...told } = await askContract(client, url);
    if (contract === undefined) {
      terminal.err(`${url} does not tell its contract: ${(told as { why: string }).why}\n`);
      return findings;
    }
    const service = new Map(Object.entries(contract.services)).get(name);
    if (service !== undefined) terminal.out(describeService(name, service, contract, flags));
    else if (!name.includes("."))
      throw new UsageError(`there is no service ${name}${orList(name, Object.keys(contract.services))}`);
    else terminal.out(describeOne(name, contract, flags));
    return clean;
  });
}

function describeService(
  name: string,
  service: ServiceContract,
  contract: Contract,
  { json }: ServerFlags,
): string {
  const types = typesOf(service, contract);
  if (json === true)
    return `${printableJson({ service: name, ...service, types: Object.fromEntries(types) })}\n`;
  const parts = [
    [name, ...indented(service.doc)],
    ...Object.entries(service.members).map(([member, described]) => [
      ...memberLines(member, described, service, contract).map((line) => `  ${line}`.trimEnd()),
    ]),
    ...types.map(([type, schema]) => typeLines(type, schema)),
  ];
  return printable(`${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`);
}

function describeOne(name: string, contract: Contract, { json }: ServerFlags): string {
  const { service, member, described } = findMember(name, contract);
  const { errors = {}, ...owner } = contract.services[service]!;
  const thrown = described!.kind === "event" ? [] : (described!.throws ?? []);
  const own = Object.fromEntries(Object.entries(errors).filter(([error]) => thrown.includes(error)));
  const types = typesOf([described, own], contract);
  if (json === true)
    return `${printableJson({ service, member, ...described, errors: own, types: Object.fromEntries(types) })}\n`;
  const parts = [
    memberLines(`${service}.${member}`, described!, { ...owner, errors }, contract),
    ...types.map(([type, schema]) => typeLines(type, schema)),
  ];
  return printable(`${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`);
}

function memberLines(
  name: string,
  member: MemberContract,
  { errors = {} }: ServiceContract,
  contract: Contract,
): string[] {
  const traits = traitsOf(member);
  const params = member.kind === "event" ? [] : paramLines(member, validatorTypes(contract.types));
  const thrown = member.kind === "event" ? [] : (member.throws ?? []);
  return [
    signatureOf(name, member),
    ...indented(member.doc),
    ...(traits.length === 0 ? [] : [`  ${traits.join(", ")}`]),
    ...params.map((line) => `  ${line}`),
    ...thrown.flatMap((error) =>
      typeLines(error, errors[error] ?? {}).map((line) => `  ${line.replace(/^type /, "throws ")}`),
    ),
  ];
}

function typesOf(part: unknown, contract: Contract) {
  const types = validatorTypes(contract.types);
  return namedTypesIn(part, types).map((name) => [name, types.get(name)!] as const);
}

function indented(doc: string | undefined): string[] {
  return doc === undefined ? [] : doc.split("\n").map((line) => `  ${line}`.trimEnd());
}
