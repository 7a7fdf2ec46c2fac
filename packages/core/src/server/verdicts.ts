import { compareContracts } from "../contract/compare-contracts.js";
import { hashServiceText, parseServiceText } from "../contract/service-text.js";
import { maxContractTextLength, maxVerdictSteps, maxVerdicts } from "../limits.js";
import type { Contract } from "../service/contract.js";

/** Members of a service that a client with another contract cannot use, each with the rule that it breaks and why. */
export type Verdict = ReadonlyMap<string, string>;

/** What a server found out about contracts of its clients that differ from its own, by service and hash. */
export class Verdicts {
  readonly #contract: Contract | undefined;
  readonly #known = new Map<string, Verdict>();

  constructor(contract: Contract | undefined) {
    this.#contract = contract;
  }

  /** Whether a service can be compared at all. */
  canJudge(service: string): boolean {
    return this.#contract !== undefined && Object.hasOwn(this.#contract.services, service);
  }

  find(service: string, hash: string): Verdict | undefined {
    return this.#known.get(keyOf(service, hash));
  }

  /**
   * Compares a client's contract of a service with the server's, and keeps what came out.
   *
   * @returns undefined when the text is not what the hash was made of, or is too long.
   */
  judge(service: string, hash: string, text: string): Verdict | undefined {
    if (text.length > maxContractTextLength || hashServiceText(text) !== hash) return undefined;
    const parsed = parseServiceText(text);
    if (parsed?.name !== service) return undefined;
    const verdict = this.#compare(service, parsed.service, parsed.types);
    const key = keyOf(service, hash);
    if (this.#known.size >= maxVerdicts) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, verdict);
    return verdict;
  }

  #compare(service: string, described: Readonly<Record<string, unknown>>, types: unknown): Verdict {
    const { services, types: ownTypes } = this.#contract!;
    const own = services[service]!;
    const before = { services: { [service]: described }, types } as never;
    const found = compareContracts(
      before,
      { services: { [service]: own }, types: ownTypes },
      { maxSteps: maxVerdictSteps },
    );
    const refused = new Map<string, string>();
    for (const { rule, severity, path, members, message } of found) {
      // What is not there is refused by its absence, in the words that a hidden name gets too. What is too complex to
      // compare goes on: its arguments are checked all the same, and who sends it could have told no contract.
      if (severity !== "breaking" || rule === "member-removed" || rule === "too-complex") continue;
      for (const member of members) {
        const name = member.slice(service.length + 1);
        if (!refused.has(name)) refused.set(name, `${rule} at ${path}: ${message}`);
      }
    }
    return refused;
  }
}

function keyOf(service: string, hash: string): string {
  return `${service}\n${hash}`;
}
