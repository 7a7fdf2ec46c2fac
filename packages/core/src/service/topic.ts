import { RpcError } from "../errors.js";

/** Longest topic and longest prefix, in bytes of UTF-8. */
export const maxTopicBytes = 256;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const forbidden = /[\s\u0000-\u001f\u007f-\u009f*>]/u;
const utf8 = new TextEncoder();

/** Returns `topic`, or throws, naming the event, `RpcError` `invalid_argument`: 1–256 bytes, no whitespace, control characters, `*` or `>`. */
export function checkTopic(topic: string, event?: string): string {
  if (topic === "") throw refusal(nameOf("topic", event), topic, "it is empty");
  return check(nameOf("topic", event), topic);
}

/** The same for a prefix to subscribe by, which may be empty: then it is every topic. */
export function checkPrefix(prefix: string, event?: string): string {
  return check(nameOf("topic prefix", event), prefix);
}

function check(what: string, text: string): string {
  if (typeof text !== "string") throw refusal(what, text, `expected a string, got ${typeof text}`);
  const bad = forbidden.exec(text);
  if (bad !== null)
    throw refusal(
      what,
      text,
      `it holds ${JSON.stringify(bad[0])}; whitespace, control characters, * and > are refused`,
    );
  // A string has at most three bytes per UTF-16 unit, so short ones need no counting.
  if (text.length * 3 > maxTopicBytes && utf8.encode(text).length > maxTopicBytes) {
    throw refusal(what, text, `it is longer than ${maxTopicBytes} bytes`);
  }
  return text;
}

function nameOf(what: string, event: string | undefined): string {
  return event === undefined ? `bad ${what}` : `${event}: bad ${what}`;
}

function refusal(what: string, text: unknown, why: string): RpcError {
  const shown = JSON.stringify(String(text).slice(0, 60));
  return new RpcError("invalid_argument", `${what} ${shown}: ${why}`, { outcome: "not-executed" });
}
