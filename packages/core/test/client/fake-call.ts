import type { PendingCall } from "../../src/client/pending-calls.js";
import type { SentCalls } from "../../src/client/sent-calls.js";
import type { RpcError } from "../../src/errors.js";

/** A call that notes its id, and how it was settled: once, if all is well. */
export class FakeCall implements PendingCall {
  readonly settled: unknown[] = [];
  errors: PendingCall["errors"];
  idempotent = false;
  attempts = 0;
  doubtful = false;
  /** 0 until it is sent. */
  id = 0;
  /** Why it cannot travel. */
  failure: Error | undefined;
  /** What happens while it is being sent. */
  underway: () => void = () => {};

  constructor(
    readonly name: string,
    readonly deadline: number = Number.POSITIVE_INFINITY,
  ) {}

  send(id: number, { session }: SentCalls): number {
    this.underway();
    if (this.failure !== undefined) throw this.failure;
    this.id = id;
    const target = { service: "Desk", method: this.name };
    return session.send({ type: "call", id, target, timeLeftMs: Number.POSITIVE_INFINITY, args: [] });
  }

  resolve(value: unknown): void {
    this.settled.push(value);
  }

  reject(error: RpcError): void {
    this.settled.push(error);
  }
}
