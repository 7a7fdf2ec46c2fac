import type { CallOptions } from "./call.js";
import type { CallOutcome } from "./client/call-outcome.js";
import type { RemoteEvent } from "./client/remote-event.js";
import type { RemoteStream } from "./client/remote-stream.js";
import type { DeclaredErrorClass } from "./declared-error.js";

/** What a generated client knows of its service: its static member `service`. */
export interface ServiceDescription {
  /** Wire name of the service. */
  readonly name: string;
  /** Hash of the service in the contract it was generated from. */
  readonly hash: string;
  /** Wire names of all members in the contract's order: an index here is the number on the wire. */
  readonly members: readonly string[];
  /** Wire names of the methods that may run twice: the client sends them again by itself when their outcome is unknown. */
  readonly idempotent?: readonly string[];
  /**
   * The text that `hash` was made of: canonical JSON of `{ name, service, types }` without docs. Told to a server whose
   * hash differs, which then says by name which members do not fit. Without it they are called unchecked.
   */
  readonly contract?: string;
  /** Classes that declared errors come back as, by wire name. */
  readonly errors?: Readonly<Record<string, DeclaredErrorClass>>;
}

/** How a generated client reaches one service: what its constructor is given. */
export interface ServiceCaller {
  /**
   * Calls a method. Trailing arguments that are `undefined` are left out; an argument that is an `AsyncIterable` is sent
   * as a stream, a function as a callback. Rejects `RpcError`, declared errors as their class.
   */
  call<Result>(method: string, args: readonly unknown[]): Promise<Result>;
  /** Calls a method that answers with a stream, when that is iterated. Arguments as for `call`. */
  stream<Item>(method: string, args: readonly unknown[]): RemoteStream<Item>;
  /** Sends a call of a one-way method. Resolves when the session has it: it arrives, or the session ends. */
  oneway(method: string, args: readonly unknown[]): Promise<void>;
  /** The event of that name. */
  event<Value>(name: string): RemoteEvent<Value>;
  /** What became of the call of a once method with that key. */
  outcome(method: string, key: string): Promise<CallOutcome>;
  /** The same service with these options for every call. */
  with(options: CallOptions): ServiceCaller;
}

/** A class that codegen wrote for one service. */
export interface GeneratedClient<Client> {
  readonly service: ServiceDescription;
  new (caller: ServiceCaller): Client;
}
