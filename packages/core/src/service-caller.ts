import type { CallOptions } from "./call.js";
import type { CallOutcome } from "./client/call-outcome.js";
import type { ClientPart } from "./client/client-part.js";
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
  /** What calls do not do by themselves, such as events: the client takes it up. */
  readonly parts?: readonly ClientPart[];
  /** Classes that declared errors come back as, by wire name. */
  readonly errors?: Readonly<Record<string, DeclaredErrorClass>>;
}

/**
 * How a generated client reaches one service: what its constructor is given.
 *
 * What members give has the type that the client writes out. Said here once more, by type parameters or as
 * `Promise<any>`, checking a client would cost a compiler several times as much.
 */
export interface ServiceCaller {
  /**
   * Calls a method. Trailing arguments that are `undefined` are left out; an argument that is an `AsyncIterable` is sent
   * as a stream, a function as a callback. Gives a promise, which rejects `RpcError`, declared errors as their class.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the generated method says what it resolves to
  call(method: string, args: readonly unknown[]): any;
  /** Gives a `RemoteStream`: calls a method that answers with one, when it is iterated. Arguments as for `call`. */
  // biome-ignore lint/suspicious/noExplicitAny: the generated method says what its items are
  stream(method: string, args: readonly unknown[]): any;
  /** Sends a call of a one-way method. Resolves when the session has it: it arrives, or the session ends. */
  oneway(method: string, args: readonly unknown[]): Promise<void>;
  /** The `RemoteEvent` of that name. */
  // biome-ignore lint/suspicious/noExplicitAny: the generated field says what its values are
  event(name: string): any;
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
