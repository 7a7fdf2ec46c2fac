import { type Client, RpcError } from "@rpc/core";
import { type Contract, jsPart, kindOf, type MemberContract, type TypeSchema } from "@rpc/core/contract";
import { parseContract } from "../contract-source.js";
import { UsageError } from "../exit-codes.js";

/** What a server says of itself: its contract, or why it does not tell one. */
export type Told = { readonly contract: Contract } | { readonly contract: undefined; readonly why: string };

interface Rpc {
  describe(): Promise<string>;
  services(): Promise<unknown>;
}

/**
 * Asks a server for its contract, of which only what it serves is returned: a project may have several servers.
 * Throws `RpcError` when the connection ends meanwhile.
 */
export async function askContract(client: Client, url: string): Promise<Told> {
  try {
    const rpc = client.service<Rpc>("$rpc");
    const [text, served] = await Promise.all([rpc.describe(), rpc.services()]);
    return { contract: onlyServed(checkMembers(parseContract(url, String(text)), url), served) };
  } catch (error) {
    if (RpcError.is(error, "unimplemented"))
      return { contract: undefined, why: "it was served without one, or with describe: false" };
    if (RpcError.is(error, "permission_denied"))
      return { contract: undefined, why: "its option describe does not name this caller" };
    throw error;
  }
}

function onlyServed(contract: Contract, served: unknown): Contract {
  const names = new Set(Array.isArray(served) ? served : []);
  const services = Object.entries(contract.services).filter(([name]) => names.has(name));
  return { ...contract, services: Object.fromEntries(services) };
}

// What comes from a server may be anything: what is read of it here and in the commands is there.
function checkMembers(contract: Contract, url: string): Contract {
  for (const [service, { members }] of Object.entries(contract.services)) {
    for (const [name, member] of Object.entries(members)) {
      const parts: readonly unknown[] = member.kind === "event" ? [member.payload] : [outputOf(member)];
      const params: unknown = member.kind === "event" ? [] : member.params;
      const fine =
        ["call", "stream", "event"].includes(member.kind) &&
        Array.isArray(params) &&
        params.every(isParam) &&
        parts.every(isSchema);
      if (!fine)
        throw new UsageError(`${url} tells a contract that cannot be understood: ${service}.${name}`);
    }
  }
  return contract;
}

function outputOf(member: Exclude<MemberContract, { kind: "event" }>): unknown {
  return member.kind === "stream" ? member.item : member.result;
}

function isParam(param: { readonly name?: unknown; readonly type?: unknown } | null): boolean {
  if (typeof param?.name !== "string" || !isSchema(param.type)) return false;
  if (kindOf(param.type) !== "callback") return true;
  const callback = jsPart(param.type, "callback");
  if (!isSchema(callback)) return false;
  const { params, result } = callback as { readonly params?: unknown; readonly result?: unknown };
  return Array.isArray(params) && params.every(isParam) && isSchema(result);
}

function isSchema(value: unknown): value is TypeSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
