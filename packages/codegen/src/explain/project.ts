import type { Explanation } from "./explanation.js";

/** Findings about a project as a whole. */
export const projectExplanations = {
  RPC1000: {
    why: "The services are read with the compiler, as their tsconfig says. Without one that can be read there is nothing to start from.",
    mend: "Mend the tsconfig, or name the one that the services are compiled with.",
    bad: "rpc generate --project tsconfig.build.jsn",
    good: "rpc generate --project tsconfig.build.json",
  },
  RPC1001: {
    why: "A type stands there that the compiler does not find: a missing import, a wrong path, a package that is not installed. What cannot be resolved cannot be described to clients.",
    mend: "See what tsc --noEmit says, and mend that.",
    bad: "latest(): Quote { … }",
    good: 'import type { Quote } from "./quote.js";\n\nlatest(): Quote { … }',
  },
  RPC1002: {
    why: "Behind a syntax error the compiler guesses, and a contract must not rest on guesses.",
    mend: "Mend the syntax.",
    bad: "latest(: string {",
    good: "latest(): string {",
  },
  RPC1003: {
    why: "No class among the files of the tsconfig is marked with @service of @rpc/core. A decorator of that name from somewhere else does not count.",
    mend: "Mark a class, or name the tsconfig that includes it.",
    bad: "export class Person { … }",
    good: 'import { expose, service } from "@rpc/core";\n\n@service("Person")\nexport class Person { … }',
  },
} as const satisfies Record<string, Explanation>;
