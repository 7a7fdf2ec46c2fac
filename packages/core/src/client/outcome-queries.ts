import type { ServiceDescription } from "../service-caller.js";
import type { OutcomeFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { type CallOutcome, toCallOutcome } from "./call-outcome.js";
import type { ClientSession } from "./client-session.js";
import { OutcomeQuery } from "./outcome-query.js";
import type { PendingCalls } from "./pending-calls.js";

/** Questions about keys. They wait for a session as calls do. */
export class OutcomeQueries {
  readonly #calls: PendingCalls;

  constructor(calls: PendingCalls) {
    this.#calls = calls;
  }

  /** Asks until `deadline`, by the clock. */
  async ask(
    service: ServiceDescription,
    method: string,
    key: string,
    deadline: number,
  ): Promise<CallOutcome> {
    const request = { service: service.name, method, key };
    const frame = await new Promise<OutcomeFrame>((resolve, reject) => {
      this.#calls.add(new OutcomeQuery(request, deadline, service.errors, resolve, reject));
    });
    return toCallOutcome(frame, service.errors);
  }
}

/** The answer to such a question. */
export function hearOutcome(frame: OutcomeFrame, { sent, client, answered }: ClientSession): void {
  const call = sent.find(frame.id);
  if (call !== undefined && !(call instanceof OutcomeQuery))
    throw new ProtocolError(`call ${frame.id} was answered with an outcome`);
  sent.answer(frame.id);
  call?.answer(frame);
  client.calls.pump();
  answered();
}
