/**
 * Plain data as JSON whose keys are in order of code units, all the way down: equal data, equal text.
 *
 * On one line, or as `JSON.stringify` has it with two spaces for who gives a `lineEnd`: what a line ends with, and the next
 * begins with. Written without a copy, for this is done for every part of a contract.
 */
export function canonicalText(value: unknown, lineEnd = ""): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = lineEnd && `${lineEnd}  `;
  const parts: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) parts.push(inner + canonicalText(item, inner));
    return parts.length === 0 ? "[]" : `[${parts.join(",")}${lineEnd}]`;
  }
  const holder = value as Record<string, unknown>;
  const colon = lineEnd === "" ? ":" : ": ";
  for (const key of Object.keys(holder).sort()) {
    const part = holder[key];
    if (part !== undefined) parts.push(inner + JSON.stringify(key) + colon + canonicalText(part, inner));
  }
  return parts.length === 0 ? "{}" : `{${parts.join(",")}${lineEnd}}`;
}
