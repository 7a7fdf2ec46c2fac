/** What a map holds, through the prototype: an own property of the same name is not it. */
export function mapEntries(map: Map<unknown, unknown>): [key: unknown, value: unknown][] {
  const entries: [unknown, unknown][] = [];
  Map.prototype.forEach.call(map, (value, key) => entries.push([key, value]));
  return entries;
}

/** What a set holds, through the prototype as well. */
export function setMembers(set: Set<unknown>): unknown[] {
  const members: unknown[] = [];
  Set.prototype.forEach.call(set, (member) => members.push(member));
  return members;
}

/** The map of keys and values that follow one another. */
export function toMap(flat: readonly unknown[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let index = 0; index < flat.length; index += 2) map.set(flat[index], flat[index + 1]);
  return map;
}
