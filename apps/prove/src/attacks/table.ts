import type { Verdict } from "./arena.js";
import type { Attack } from "./attack.js";

/** The table of attacks as docs/security.md shows it. */
export function toMarkdown(attacks: readonly Attack[], verdicts: readonly Verdict[]): string {
  const rows = attacks.map((attack) => {
    const tcp = verdicts.find((verdict) => verdict.attack === attack && verdict.scheme === "tcp");
    const zmq = verdicts.find((verdict) => verdict.attack === attack && verdict.scheme === "zmq");
    return `| ${toCell(attack.name)} | ${attack.limit} | ${gets(tcp)} | ${overZmq(attack, tcp, zmq)} |`;
  });
  return [
    "| what is sent | what stands against it | what the attacker gets | over ZeroMQ |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function gets(verdict: Verdict | undefined): string {
  return verdict === undefined ? "–" : toCell(verdict.got);
}

function overZmq(attack: Attack, tcp: Verdict | undefined, zmq: Verdict | undefined): string {
  if (attack.unstoppedOverZmq !== undefined) return `not stopped: ${attack.unstoppedOverZmq}`;
  if (zmq === undefined) return attack.over === undefined ? "–" : "cannot be sent";
  return toCell(zmq.got) === toCell(tcp?.got ?? "") ? "the same" : toCell(zmq.got);
}

// An error id is another one each time.
function toCell(text: string): string {
  return text
    .replace(/error id [0-9a-f]{16}/, "error id …")
    .replaceAll("|", "\\|")
    .replaceAll("__", "\\_\\_");
}
