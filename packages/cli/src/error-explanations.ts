import type { ErrorCode } from "@rpc/core";

/** What an error code means here, and what to do about it. */
export interface ErrorExplanation {
  readonly about: string;
  readonly mend: string;
}

/** Every code that an `RpcError` can have. What is known of the call itself is in its `outcome`. */
export const errorExplanations: Readonly<Record<ErrorCode, ErrorExplanation>> = {
  cancelled: {
    about: "the caller gave the call up",
    mend: "Its signal was aborted, or its stream was left. With the outcome unknown the method may have run to its end nevertheless.",
  },
  unknown: {
    about: "an error that says no more",
    mend: "The framework never says it of itself: see the service's code.",
  },
  invalid_argument: {
    about: "the server does not take what was sent",
    mend: "The message names the argument and what was expected. If it fits your client's types, the client is of another contract: generate it anew.",
  },
  deadline_exceeded: {
    about: "nobody answered in time",
    mend: "With the outcome not-executed it may be sent again. With unknown it may have run: ask before you repeat it, or let the method remember by a key with @expose({ once }). The time is given with $with({ timeoutMs }); default 10 s.",
  },
  not_found: {
    about: "what was asked for is not there",
    mend: "Services say so. A method that does not exist is unimplemented.",
  },
  already_exists: { about: "what was to be made is there", mend: "Services say so; see the message." },
  permission_denied: {
    about: "the caller is known and may not do this",
    mend: "See the rules that serve was given, and who the server takes the caller for.",
  },
  resource_exhausted: {
    about: "a limit was reached",
    mend: "The message names the limit and the option that moves it. Try again after retryAfterMs, if it is given.",
  },
  failed_precondition: {
    about: "not in this state",
    mend: "Such as the same key of a once method with other arguments. Sending it again as it is changes nothing.",
  },
  aborted: {
    about: "given up because of something that ran at the same time",
    mend: "Services say so. Begin again from what is true now.",
  },
  out_of_range: { about: "outside of what there is", mend: "Services say so; see the message." },
  unimplemented: {
    about: "there is no such service or method for this caller",
    mend: "See what the server has: rpc ls <url>. It may be older than the client, or the name may be misspelled.",
  },
  internal: {
    about: "the method failed in a way that it did not foresee",
    mend: "The error's errorId is on one line of the server's log, with all that the caller is not told.",
  },
  unavailable: {
    about: "no connection, or the session was lost",
    mend: "With the outcome not-executed it may be sent again; with unknown it may have run: ask before you repeat it.",
  },
  data_loss: {
    about: "something is lost for good",
    mend: "Services and stores say so; see the message.",
  },
  unauthenticated: {
    about: "the server does not know who calls",
    mend: "See the credentials of connect. Ones that end are asked for anew by an async function.",
  },
};
