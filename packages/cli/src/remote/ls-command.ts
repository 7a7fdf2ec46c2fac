import { clean, findings } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { askContract } from "./ask-contract.js";
import { firstLine, signatureOf, traitsOf } from "./member-text.js";
import { printable, printableJson } from "./printable.js";
import { type ServerFlags, withServer } from "./with-server.js";

/** Runs `rpc ls`: prints the services of a server and their members. Resolves to the exit code. */
export function runLs(url: string, flags: ServerFlags, terminal: Terminal): Promise<number> {
  return withServer(url, flags, terminal, async ({ client }) => {
    const told = await askContract(client, url);
    if (told.contract === undefined) {
      terminal.err(`${url} does not tell its contract: ${told.why}\n`);
      return findings;
    }
    for (const [service, { doc, members }] of Object.entries(told.contract.services)) {
      if (!flags.json)
        terminal.out(printable(`${service}${doc === undefined ? "" : `  ${firstLine(doc)}`}\n`));
      for (const [member, described] of Object.entries(members)) {
        const signature = signatureOf(member, described);
        const { kind, doc: said } = described;
        const traits = traitsOf(described);
        if (flags.json)
          terminal.out(
            `${printableJson({ service, member, kind, signature, traits, ...(said !== undefined && { doc: said }) })}\n`,
          );
        else
          terminal.out(printable(`  ${signature}${traits.length === 0 ? "" : `  (${traits.join(", ")})`}\n`));
      }
    }
    return clean;
  });
}
