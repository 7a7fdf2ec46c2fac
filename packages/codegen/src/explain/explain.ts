import { type Code, codes } from "../codes.js";
import type { Explanation } from "./explanation.js";
import { memberExplanations } from "./members.js";
import { projectExplanations } from "./project.js";
import { typeExplanations } from "./types.js";

const explanations: Readonly<Record<Code, Explanation>> = {
  ...projectExplanations,
  ...memberExplanations,
  ...typeExplanations,
};

/** The explanation of a finding by its number, however it is spelled; undefined for a number that there is not. */
export function explain(code: string): (Explanation & { readonly code: Code }) | undefined {
  const wanted = code.toUpperCase().replace(/^(RPC)?/, "RPC") as Code;
  return Object.hasOwn(explanations, wanted) ? { code: wanted, ...explanations[wanted] } : undefined;
}

/** An explanation as text. */
export function formatExplanation({
  code,
  why,
  mend,
  bad,
  good,
}: Explanation & { readonly code: Code }): string {
  const { severity, about } = codes[code];
  const indented = (source: string) => source.replace(/^(?=.)/gm, "  ");
  return `${code} (${severity}): ${about}

${why}

${mend}

Instead of

${indented(bad)}

write

${indented(good)}
`;
}
