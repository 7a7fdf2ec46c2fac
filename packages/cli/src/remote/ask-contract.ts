import { type Client, RpcError } from "@rpc/core";
import type { Contract, MemberContract } from "@rpc/core/contract";
import { parseContract } from "../contract-source.js";
import { UsageError } from "../exit-codes.js";

/** What a server says of itself: its contract, or why it does not tell one. */
export type Told = { readonly contract: Contract } | { readonly contract: undefined; readonly why: string };

/** Asks a server for its contract. Throws `RpcError` when the connection ends meanwhile. */
export async function askContract(client: Client, url: string): Promise<Told> {
  try {
    const text = await client.service<{ describe(): Promise<string> }>("$rpc").describe();
    return { contract: checkMembers(parseContract(url, String(text)), url) };
  } catch (error) {
    if (RpcError.is(error, "unimplemented"))
      return { contract: undefined, why: "it was served without one, or with describe: false" };
    if (RpcError.is(error, "permission_denied"))
      return { contract: undefined, why: "its option describe does not name this caller" };
    throw error;
  }
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
        params.every((param) => typeof param?.name === "string" && isSchema(param.type)) &&
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

function isSchema(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
