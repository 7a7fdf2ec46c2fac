/** A line as several of at most so many columns, broken behind `places`; what follows the first is indented. */
export function fold(text: string, columns: number, places: RegExp): string[] {
  const lines: string[] = [];
  for (const part of text.split(places)) {
    const last = lines.at(-1);
    if (last !== undefined && (last + part).trimEnd().length <= columns)
      lines[lines.length - 1] = last + part;
    else lines.push(last === undefined ? part : `  ${part}`);
  }
  return lines.map((line) => line.trimEnd());
}

/** Behind a comma, a semicolon, or two spaces. */
export const behindParts: RegExp = /(?<=, |; | {2})/;

/** Behind a space. */
export const behindWords: RegExp = /(?<= )/;
