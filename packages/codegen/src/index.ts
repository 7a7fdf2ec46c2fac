/** Reads decorated classes with the TypeScript compiler; writes the contract and typed clients. */
export type { Code, Severity } from "./codes.js";
export { codes } from "./codes.js";
export type { Diagnostic, Place } from "./diagnostics.js";
export { type FormatOptions, format } from "./format.js";
export { type GenerateOptions, type GenerateResult, generate } from "./generate.js";
export type { Library, Memory } from "./load.js";
export { printClient } from "./print/client.js";
export { printContract } from "./print/contract.js";
export { printSplitClient } from "./print/split-client.js";
export type { Written } from "./write.js";
