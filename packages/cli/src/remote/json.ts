import { UsageError } from "../exit-codes.js";

/** Parses JSON that somebody typed. Throws `UsageError`, also for a whole number that JSON would round in silence. */
export function parseJson(text: string, label: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const word = /^[\w.+ -]+$/.test(text) ? `; a text is written '${JSON.stringify(text)}'` : "";
    throw new UsageError(
      `${label}: expected JSON, got ${shorten(text)} (${(error as Error).message})${word}`,
    );
  }
  for (const [, number = ""] of text
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .matchAll(/(?<![\w.+-])(-?\d{16,})(?![\d.eE])/g)) {
    if (BigInt(number) !== BigInt(Number(number)))
      throw new UsageError(
        `${label}: ${number} would be rounded to ${Number(number)}; write {"$bigint":"${number}"} for a bigint, or a text`,
      );
  }
  return json;
}

function shorten(text: string): string {
  return text.length > 60
    ? `${JSON.stringify(text.slice(0, 60))}… of ${text.length} characters`
    : JSON.stringify(text);
}
