import { type Limits, maxJudgedContracts } from "../limits.js";
import type { KindLogger } from "../logger.js";
import type { Registry } from "../service/registry.js";
import type { ContractFrame, ErrorBody, UseFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { Verdict, Verdicts } from "./verdicts.js";

/** A call or subscription by name, on its way in. */
export interface GatedFrame {
  readonly service: string;
  readonly member: string;
  /** Id of a call; undefined for a subscription. */
  readonly callId: number | undefined;
  pass(): void;
  refuse(body: ErrorBody): void;
}

export interface ContractGateOptions {
  readonly registry: Registry;
  readonly verdicts: Verdicts;
  readonly logger: KindLogger;
  readonly limits: Limits;
}

/**
 * Holds what a client with another contract sends by name until its contract was compared, and refuses what does not fit.
 *
 * A session with equal contracts, or without, passes untouched.
 */
export class ContractGate {
  readonly #options: ContractGateOptions;
  /** What does not fit, by service. Made when something does not. */
  #verdicts: Map<string, Verdict> | undefined;
  /** Contracts that were asked for, by `ref`. */
  #asked: Map<number, { readonly service: string; readonly hash: string }> | undefined;
  #held: GatedFrame[] = [];
  #judged = 0;

  constructor(options: ContractGateOptions) {
    this.#options = options;
  }

  /** Whether everything passes. */
  get open(): boolean {
    return this.#verdicts === undefined && (this.#asked === undefined || this.#asked.size === 0);
  }

  /** Frames that wait for a contract. */
  get held(): number {
    return this.#held.length;
  }

  /** A session's first use of a service. Returns whether the client is to tell its contract. */
  use({ ref, service, hash }: UseFrame): boolean {
    const { registry, verdicts } = this.#options;
    if (registry.get(service)?.hash === hash || !verdicts.canJudge(service)) return false;
    const known = verdicts.find(service, hash);
    if (known !== undefined) this.#add(service, known);
    // Comparing costs time, so a session that goes on coming with new contracts is compared no more.
    if (known !== undefined || this.#judged >= maxJudgedContracts) return false;
    this.#judged++;
    this.#asked ??= new Map();
    this.#asked.set(ref, { service, hash });
    return true;
  }

  /** The contract that was asked for, or that there is none to tell. */
  contract({ ref, contract }: ContractFrame): void {
    const asked = this.#asked?.get(ref);
    if (asked === undefined)
      throw new ProtocolError(`contract of the number ${ref}, which was not asked for`);
    this.#asked!.delete(ref);
    const { service, hash } = asked;
    if (contract !== undefined) {
      const verdict = this.#options.verdicts.judge(service, hash, contract);
      if (verdict !== undefined) this.#add(service, verdict);
      else
        this.#options.logger.warn(
          `a client told a contract of ${service} that is not the one of its hash; its calls are not compared`,
          "contracts that are not those of their hash",
        );
    }
    this.#release();
  }

  /** Takes a call or subscription by name: passes, refuses or holds it. */
  take(frame: GatedFrame): void {
    if (this.#isAsked(frame.service)) {
      const { maxRunningCalls, maxSubscriptions } = this.#options.limits;
      // A peer that keeps to its limits never sends more.
      const most = maxRunningCalls + maxSubscriptions;
      if (this.#held.length >= most) throw new ProtocolError(`more than ${most} frames before a contract`);
      this.#held.push(frame);
      return;
    }
    const why = this.#verdicts?.get(frame.service)?.get(frame.member);
    if (why === undefined) frame.pass();
    else frame.refuse(refusal(frame, why));
  }

  /** The caller of a held call gave up. Returns false when no such call is held. */
  cancel(callId: number): boolean {
    const found = this.#held.find((frame) => frame.callId === callId);
    if (found === undefined) return false;
    this.#held = this.#held.filter((frame) => frame !== found);
    found.refuse({
      code: "cancelled",
      message: `${found.service}.${found.member}: cancelled by its caller`,
      outcome: "not-executed",
    });
    return true;
  }

  /** The session is over. */
  ended(): void {
    this.#held = [];
    this.#asked = undefined;
  }

  // Two contracts of one service in one session: a call by name does not say whose it is, so it must fit both.
  #add(service: string, verdict: Verdict): void {
    if (verdict.size === 0) return;
    this.#verdicts ??= new Map();
    this.#verdicts.set(service, new Map([...(this.#verdicts.get(service) ?? []), ...verdict]));
  }

  #isAsked(service: string): boolean {
    for (const asked of this.#asked?.values() ?? []) if (asked.service === service) return true;
    return false;
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const frame of held) this.take(frame);
  }
}

function refusal({ service, member }: GatedFrame, why: string): ErrorBody {
  return {
    code: "failed_precondition",
    message: `${service}.${member}: the client's contract does not fit the server's: ${why}; generate the client anew`,
    outcome: "not-executed",
  };
}
