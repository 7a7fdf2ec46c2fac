import { maxContractTextLength } from "../limits.js";
import type { ServiceDescription } from "../service-caller.js";
import type { Session } from "../session/session.js";
import { type CallTarget, maxServiceRefs } from "../wire/frame.js";

interface ServiceRef {
  readonly description: ServiceDescription;
  readonly numbers: ReadonlyMap<string, number>;
  /** True once the server said that its contract has the same hash. */
  equal: boolean;
}

/**
 * What one session has agreed on about services: after `used` said that the hashes are equal, a member's number in the
 * contract stands for its name. Until then, and for a dynamic proxy always, calls go by name.
 */
export class ServiceRefs {
  readonly #session: Session;
  readonly #refs: ServiceRef[] = [];
  readonly #byDescription = new Map<ServiceDescription, number>();

  constructor(session: Session) {
    this.#session = session;
  }

  target(description: ServiceDescription, method: string): CallTarget {
    if (description.hash !== "") {
      const ref = this.#byDescription.get(description) ?? this.#use(description);
      const known = this.#refs[ref];
      const member = known?.equal === true ? known.numbers.get(method) : undefined;
      if (member !== undefined) return { ref, member };
    }
    return { service: description.name, method };
  }

  /** The server's answer to `use`. */
  used(ref: number, equal: boolean, wanted: boolean): void {
    const known = this.#refs[ref];
    if (known === undefined) return;
    known.equal = equal;
    if (wanted) this.#tell(ref, known.description);
  }

  /** Tells the server which contract is meant, before a member is subscribed to by name. */
  agree(description: ServiceDescription): void {
    if (description.hash !== "" && !this.#byDescription.has(description)) this.#use(description);
  }

  // The server waits for an answer, so one that has nothing to tell, or too much, says so.
  #tell(ref: number, { contract }: ServiceDescription): void {
    const tellable = contract !== undefined && contract.length <= maxContractTextLength;
    try {
      this.#session.send({ type: "contract", ref, contract: tellable ? contract : undefined });
    } catch {
      this.#session.send({ type: "contract", ref, contract: undefined });
    }
  }

  #use(description: ServiceDescription): number {
    const ref = this.#refs.length;
    if (ref >= maxServiceRefs) return ref;
    this.#refs.push({
      description,
      numbers: new Map(description.members.map((name, index) => [name, index])),
      equal: false,
    });
    this.#byDescription.set(description, ref);
    this.#session.send({ type: "use", ref, service: description.name, hash: description.hash });
    return ref;
  }
}
