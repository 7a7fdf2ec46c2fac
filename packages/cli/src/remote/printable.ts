// biome-ignore lint/suspicious/noControlCharactersInRegex: what they would do to a terminal is the reason
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text of a server, fit for a terminal: what would move its cursor, color it or turn its text around is shown as escape.
 *
 * Line breaks stay.
 */
export function printable(text: string): string {
  return text.replace(controls, (character) => (character === "\n" ? character : escapeOf(character)));
}

/** A value of `toNotation` as JSON that is fit for a terminal; on one line, or indented by `indent`. */
export function printableJson(value: unknown, indent?: number): string {
  // JSON escapes what is below the space; the rest may stand only inside strings, where an escape means the same.
  return JSON.stringify(value, undefined, indent).replace(controls, (character) =>
    character === "\n" ? character : escapeOf(character),
  );
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
