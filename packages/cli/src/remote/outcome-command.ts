import { RpcError } from "@rpc/core";
import { clean, findings } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { askContract } from "./ask-contract.js";
import { failureText, toJson } from "./failure-text.js";
import { findMember } from "./find-member.js";
import { toNotation } from "./notation.js";
import { printableJson } from "./printable.js";
import { type ServerFlags, withServer } from "./with-server.js";

/** Runs `rpc outcome`: says what became of a once call. Resolves to 0 when it is known to have run, to 1 otherwise. */
export function runOutcome(
  { url, name, key }: { readonly url: string; readonly name: string; readonly key: string },
  { json, ...flags }: ServerFlags,
  terminal: Terminal,
): Promise<number> {
  return withServer(url, flags, terminal, async ({ client }) => {
    const { service, member } = findMember(name, (await askContract(client, url)).contract);
    try {
      const outcome = await client.outcome({ service, method: member, key });
      const { state } = outcome;
      if (json === true) {
        const { value, error, ...rest } = outcome as { state: string; value?: unknown; error?: RpcError };
        const answer = error === undefined ? { value: toNotation(value) } : { error: toJson(error) };
        terminal.out(`${printableJson({ ...rest, ...(state === "executed" && answer) })}\n`);
      } else terminal.out(sayings[state](outcome as never));
      return state === "executed" ? clean : findings;
    } catch (error) {
      if (!RpcError.is(error)) throw error;
      if (json === true) terminal.out(`${printableJson({ error: toJson(error) })}\n`);
      else terminal.err(failureText(error));
      return findings;
    }
  });
}

const sayings = {
  running: () => "running: it has not answered yet\n",
  executed: (outcome: { value?: unknown; error?: RpcError }) =>
    outcome.error === undefined
      ? `executed: ${printableJson(toNotation(outcome.value))}\n`
      : `executed, and failed: ${failureText(outcome.error)}`,
  interrupted: () =>
    "interrupted: it started and its server died; it may or may not have done its work, and is not run again by itself\n",
  "not-found": ({ rememberedForMs }: { rememberedForMs: number }) =>
    `not found: no call with that key has started within the last ${rememberedForMs / 1000} s; one may still be under way\n`,
} as const;
