import { type Client, RpcError } from "@rpc/core";
import type { Contract } from "@rpc/core/contract";
import { parseContract } from "../contract-source.js";

/** What a server says of itself: its contract, or why it does not tell one. */
export type Told = { readonly contract: Contract } | { readonly contract: undefined; readonly why: string };

/** Asks a server for its contract. Throws `RpcError` when the connection ends meanwhile. */
export async function askContract(client: Client, url: string): Promise<Told> {
  try {
    const text = await client.service<{ describe(): Promise<string> }>("$rpc").describe();
    return { contract: parseContract(url, String(text)) };
  } catch (error) {
    if (RpcError.is(error, "unimplemented"))
      return { contract: undefined, why: "it was served without one, or with describe: false" };
    if (RpcError.is(error, "permission_denied"))
      return { contract: undefined, why: "its option describe does not name this caller" };
    throw error;
  }
}
