/** An identity that holds until a time; see `validUntil`. */
export interface ValidIdentity {
  readonly identity: unknown;
  /** Milliseconds since 1970, by the server's clock. */
  readonly untilMs: number;
}

// Two copies of this package may be loaded in one process, and any object may be an identity.
const brand = Symbol.for("@rpc/core.validUntil");

/**
 * What `authenticate` returns for credentials that end: `return validUntil({ user: claims.sub }, claims.exp * 1000)`.
 *
 * The client is told how long that is and shows new ones in time, if its `credentials` gives them. If it does not, its
 * session ends then with `unauthenticated`.
 *
 * An identity of undefined, null or false refuses, as without it.
 *
 * @throws TypeError when the time is no number.
 */
export function validUntil(identity: unknown, untilMs: number): ValidIdentity {
  if (typeof untilMs !== "number" || Number.isNaN(untilMs))
    throw new TypeError(`validUntil expects milliseconds since 1970, got ${String(untilMs)}`);
  return Object.assign({ identity, untilMs }, { [brand]: true });
}

/** What an answer of `authenticate` says: who, and until when. */
export function readValidity(answer: unknown): ValidIdentity {
  if (isValidity(answer)) return answer;
  return { identity: answer, untilMs: Infinity };
}

function isValidity(answer: unknown): answer is ValidIdentity {
  return typeof answer === "object" && answer !== null && brand in answer;
}
