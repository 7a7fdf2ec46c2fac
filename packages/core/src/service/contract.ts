/**
 * A service described as plain data: what codegen writes, `serve` takes, and a diff in CI reads.
 *
 * Types are JSON Schema 2020-12 with one keyword more, `x-js`, for what JSON has no word for.
 */
export interface Contract {
  /** Version of this format. */
  readonly rpcContract: 1;
  /** Name of the package whose services these are. */
  readonly name: string;
  readonly version?: string;
  /** `sha256-…` over everything but docs. */
  readonly hash: string;
  /** By wire name, sorted. */
  readonly services: Readonly<Record<string, ServiceContract>>;
  /** Named types that services refer to as `#/types/Name`, sorted. */
  readonly types: Readonly<Record<string, TypeSchema>>;
}

/** One service of a contract. */
export interface ServiceContract {
  readonly doc?: string;
  /** `sha256-…` over this service and the types it reaches, docs left out. Compared at a session's first use. */
  readonly hash: string;
  /** By wire name, sorted by code unit: a member's index in this order is its number on the wire. */
  readonly members: Readonly<Record<string, MemberContract>>;
  /** Errors that members declare, by wire name: the type of their fields. */
  readonly errors?: Readonly<Record<string, TypeSchema>>;
}

export type MemberContract = CallContract | StreamContract | EventContract;

/** What methods of both kinds have. */
export interface MethodContract {
  readonly doc?: string;
  readonly deprecated?: string | true;
  readonly params: readonly ParamContract[];
  /** Wire names of the errors it declares, in the order of the decorator. */
  readonly throws?: readonly string[];
  /** Names that it had, oldest first, and can still be called by. */
  readonly formerly?: readonly string[];
  readonly idempotent?: true;
}

/** A method with one reply. */
export interface CallContract extends MethodContract {
  readonly kind: "call";
  /** What the promise resolves to. */
  readonly result: TypeSchema;
  /** Nothing comes back, not even an error. */
  readonly oneway?: true;
  /** A key given with the call makes it run once within the server's outcome window. */
  readonly once?: true;
}

/** A method that answers with many values, in order, with an end. */
export interface StreamContract extends MethodContract {
  readonly kind: "stream";
  /** What each value is. */
  readonly item: TypeSchema;
}

/** A parameter of a method or of a callback. Only a method's own may be streams and callbacks. */
export interface ParamContract {
  readonly name: string;
  readonly type: TypeSchema;
  readonly doc?: string;
  readonly optional?: true;
  /** Text of the default's expression; such a parameter is optional. */
  readonly default?: string;
  /** The last parameter, when it takes the rest; `type` is then of one item. */
  readonly rest?: true;
}

export interface EventContract {
  readonly kind: "event";
  readonly doc?: string;
  readonly deprecated?: string | true;
  readonly mode: "signal" | "latest" | "log" | "table";
  /** Property of the payload by which updates replace each other; absent when it is the topic or a function. */
  readonly key?: string;
  /** Names that it had, oldest first, and can still be subscribed to by. */
  readonly formerly?: readonly string[];
  readonly payload: TypeSchema;
}

/** What JSON Schema cannot say: `{ "x-js": "date" }`, `{ "x-js": { "map": [key, value] } }`. */
export type JsType =
  | "date"
  | "bigint"
  | "bytes"
  | "undefined"
  | "void"
  | "any"
  | { readonly map: readonly [TypeSchema, TypeSchema] }
  | { readonly set: TypeSchema }
  | { readonly typedArray: string }
  | { readonly stream: TypeSchema }
  | { readonly callback: { readonly params: readonly ParamContract[]; readonly result: TypeSchema } }
  | { readonly template: string };

/** A JSON Schema, or one with `x-js`. */
export interface TypeSchema {
  readonly "x-js"?: JsType;
  readonly $ref?: string;
  readonly type?: string;
  readonly [keyword: string]: unknown;
}
