/** A contract's types and the rules of its names, for tools: codegen writes such data, `serve` takes it. */
export type * from "./service/contract.js";
export { refuseName } from "./service/names.js";
