/** Reads decorated classes with the TypeScript compiler; writes the contract and typed clients. */
export type { Code, Severity } from "./codes.js";
export { codes } from "./codes.js";
export type { Diagnostic, Place } from "./diagnostics.js";
export { explain, formatExplanation } from "./explain/explain.js";
export type { Explanation } from "./explain/explanation.js";
export { type FormatOptions, format } from "./format.js";
export { formatGithub } from "./format-github.js";
export { type GenerateOptions, type GenerateResult, generate } from "./generate.js";
export type { Library, Memory } from "./memory.js";
export { printClient } from "./print/client.js";
export { printContract } from "./print/contract.js";
export { printDocs } from "./print/docs.js";
export { printSplitClient } from "./print/split-client.js";
export { printValidators } from "./print/validators.js";
export { transpile } from "./transpile.js";
export type { Written } from "./write.js";
