/** A contract's types, for tools: codegen writes such data, `serve` takes it. */
export type * from "./service/contract.js";
