import type { Mark } from "../marks.js";
import type { Answer } from "./method.js";
import type { Reader } from "./reader.js";

/** What callers must know of how a method runs, as its decorator says. What only the server minds, such as `serial`, stays out. */
export type MethodFlags = {
  readonly [Flag in "idempotent" | "oneway" | "once"]?: true;
};

/** Reads the flags of a method, and refuses those that contradict what it gives back. */
export function readFlags(mark: Mark, answer: Answer, hasErrors: boolean, reader: Reader): MethodFlags {
  const { marks } = reader;
  const oneway = marks.flag(mark, "oneway");
  const once = marks.isSet(mark, "once");
  const refuse = (option: string, message: string, mend: string) =>
    reader.problems.report("RPC1110", mark.options.get(option), message, mend);
  if (oneway && !givesNothing(answer))
    refuse(
      "oneway",
      "a one-way method gives something back, and nobody would get it",
      "Let it return void, or take oneway away.",
    );
  if (oneway && hasErrors)
    refuse(
      "oneway",
      "a one-way method declares errors, and nobody would get them",
      "Take oneway away, or throws.",
    );
  if (oneway && once)
    refuse(
      "oneway",
      "a one-way method has no outcome that once could remember",
      "Take oneway away, or once.",
    );
  if (once && answer.kind === "stream")
    refuse(
      "once",
      "a stream has no outcome that once could remember",
      "Take once away, or return one value.",
    );
  return {
    ...(marks.flag(mark, "idempotent") && { idempotent: true }),
    ...(oneway && { oneway: true }),
    ...(once && { once: true }),
  };
}

function givesNothing(answer: Answer): boolean {
  const js = answer.kind === "call" ? answer.result["x-js"] : undefined;
  return js === "void" || js === "undefined";
}
