import type { CallContext, Caller } from "../call.js";
import type { KindLogger } from "../logger.js";
import { describeValue } from "../service/names.js";
import type { RegisteredEvent, RegisteredMethod } from "../service/registry.js";
import type { ErrorBody } from "../wire/frame.js";
import { refuse } from "./refusal.js";

/**
 * Asks services' rules who may call and hear what. Fails closed: only `true` allows, and a rule that throws or answers
 * with anything but a boolean refuses and is logged, once for each member.
 */
export class Rules {
  readonly #logger: KindLogger;
  readonly #logged = new Set<string>();

  constructor(logger: KindLogger) {
    this.#logger = logger;
  }

  /** Why a call does not reach its method; undefined when its rule allows it, or there is none. */
  refuseCall(
    method: RegisteredMethod,
    context: CallContext,
    args: readonly unknown[],
  ): ErrorBody | undefined {
    const { allow } = method;
    if (allow === undefined) return undefined;
    const name = `${method.service}.${method.name}`;
    if (this.#ask(name, () => allow(context, ...args))) return undefined;
    return refuse("permission_denied", `${name}: its rule does not allow this caller to call it`);
  }

  /** Whether a caller gets an event's publications of a topic. */
  mayHear({ allow, service, name }: RegisteredEvent, caller: Caller, topic: string): boolean {
    return allow === undefined || this.#ask(`${service}.${name}`, () => allow(caller, topic));
  }

  #ask(name: string, rule: () => unknown): boolean {
    let why: string;
    try {
      const answer = rule();
      if (typeof answer === "boolean") return answer;
      why = `it answered with ${describeValue(answer)}, and only true and false are answers; rules decide at once`;
    } catch (error) {
      why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    // Whoever is refused may ask on and on: the log has it once.
    if (!this.#logged.has(name)) this.#logger.error(`the rule of ${name} failed, which refuses: ${why}`);
    this.#logged.add(name);
    return false;
  }
}
