import { RpcError } from "../errors.js";

/** Asks the program what to show. Rejects `RpcError`: its own, or `unavailable` when the program's function failed. */
export async function askCredentials(credentials: (() => unknown) | undefined): Promise<unknown> {
  try {
    return await credentials?.();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const code = RpcError.is(error) ? error.code : "unavailable";
    throw new RpcError(code, `credentials() failed: ${why}`, { outcome: "not-executed", cause: error });
  }
}
