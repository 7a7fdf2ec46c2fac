// Control characters, what turns the direction of text or hides it, separators of lines, and tags that no screen shows.
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Longest line of a log, in UTF-16 units: a stack with a message fits, and a peer's megabytes do not. */
export const longestLine = 8192;

/**
 * Makes a message fit for a log, whoever wrote its parts.
 *
 * What would move the cursor, colour the screen, turn the direction of text or hide in it is shown as `\u{…}`. A line after
 * the first is indented, so that no text of a peer can pass for an entry of its own. What is too long is cut, and says so.
 */
export function toPrintable(message: string): string {
  const left = message.length - longestLine;
  const text = left > 0 ? `${message.slice(0, longestLine)}… (${left} more characters)` : message;
  return text
    .replace(unprintable, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
    .replace(/\n(?! {4})/g, "\n    ");
}
