/**
 * Reads comma-separated text whose first line names the columns; no value is quoted.
 *
 * Throws an `Error` with the line when the columns are others than `columns`, or a line has more or fewer.
 */
export function parseCsv<Column extends string>(
  name: string,
  text: string,
  columns: readonly Column[],
): Record<Column, string>[] {
  const [header = "", ...lines] = text.trim().split(/\r?\n/);
  if (header !== columns.join())
    throw new Error(`${name}:1: expected the columns ${columns.join()}, got ${header}`);
  return lines.map((line, index) => {
    const values = line.split(",");
    if (values.length !== columns.length) {
      throw new Error(`${name}:${index + 2}: expected ${columns.length} values, got ${values.length}`);
    }
    const cells = columns.map((column, place) => [column, values[place]!] as const);
    return Object.fromEntries(cells) as Record<Column, string>;
  });
}
