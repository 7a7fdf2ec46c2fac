import { type ErrorCode, RpcError, type RpcErrorOptions } from "./errors.js";

/** Everything a declared error carried over the wire. */
export interface DeclaredErrorInit extends RpcErrorOptions {
  readonly code: ErrorCode;
  readonly message: string;
  /** Wire name. */
  readonly name: string;
  /** What the server's error held besides what every `RpcError` has. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A class generated for a declared error. */
export type DeclaredErrorClass = new (init: DeclaredErrorInit) => RpcError;

/** An error that a method declared: what generated error classes extend. Its fields become properties. */
export class DeclaredError extends RpcError {
  constructor(init: DeclaredErrorInit) {
    super(init.code, init.message, init);
    this.name = init.name;
    for (const [field, value] of Object.entries(init.fields)) {
      if (field in this) continue;
      Object.defineProperty(this, field, { value, enumerable: true, configurable: true });
    }
  }
}
